import type { Token } from '../language/lexer.ts'

/** What stands before a token besides tokens: the lexer drops it, the formatter must not. */
export interface Gap {
  /** Comments that begin on the line of the token before. */
  readonly trailing: readonly TrailingComment[]
  /** Comments on lines of their own. */
  readonly own: readonly OwnComment[]
  /** Some line ends in the gap. */
  readonly newline: boolean
  /** An empty line stands right before the next token. */
  readonly blank: boolean
}

export interface TrailingComment {
  readonly text: string
  /** Nothing may follow it on its line. */
  readonly endsLine: boolean
}

export interface OwnComment {
  readonly text: string
  /** An empty line stands before it. */
  readonly blank: boolean
}

const PIECE = /(?<line>#[^\n]*|\/\/[^\n]*)|(?<block>\/\*[\s\S]*?\*\/)|\n/g

/** The gap before each token, that of `end` included. `text` has been read without a mistake. */
export function gapsOf(text: string, tokens: readonly Token[]): readonly Gap[] {
  let from = 0
  return tokens.map((token, index) => {
    const gap = gapOf(text.slice(from, token.start), index === 0)
    from = token.end
    return gap
  })
}

/** Is there something in the gap after which, or before which, a line must end? */
export function breaksLine({ trailing, own }: Gap): boolean {
  return own.length > 0 || trailing.some(({ endsLine }) => endsLine)
}

function gapOf(between: string, first: boolean): Gap {
  const trailing: TrailingComment[] = []
  const own: OwnComment[] = []
  let alone = first
  let newlines = 0
  for (const { 0: piece, groups, index } of between.matchAll(PIECE)) {
    if (piece === '\n') {
      newlines++
      alone = true
      continue
    }
    const comment = tidy(piece)
    if (alone) own.push({ text: comment, blank: newlines > 1 })
    else {
      const rest = between.slice(index + piece.length)
      const last = /^[^\S\n]*(?:\n|$)/u.test(rest) && rest.includes('\n')
      const endsLine = groups?.line !== undefined || comment.includes('\n') || last
      trailing.push({ text: comment, endsLine })
      alone = endsLine
    }
    newlines = 0
  }
  return { trailing, own, newline: between.includes('\n'), blank: newlines > 1 }
}

/** What is inside of a comment is its author's; only what no editor shows is taken off. */
function tidy(comment: string): string {
  return comment.replaceAll(/[^\S\n]+$/gmu, '')
}
