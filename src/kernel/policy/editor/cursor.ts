import type { Token } from '../language/lexer.ts'
import { DECLARATION_WORDS } from '../language/parse-declaration.ts'
import type { ParsedFile } from '../language/parser.ts'
import type { Span } from '../language/source.ts'
import { RULE_WORDS } from '../language/token-stream.ts'

/** Where somebody is typing, as the tokens before say: the text after it may not be there yet. */
export interface Cursor {
  /** Tokens before the word that is being typed. */
  readonly before: readonly Token[]
  /** The word being typed, or the inside of the string. */
  readonly word: Span
  readonly inString: boolean
  /** Indices in `before` of the brackets that are open. */
  readonly open: readonly number[]
  /** Index in `before` of the word of the declaration or policy; absent between them. */
  readonly declaration?: number
  /** Index in `before` of the word of the rule. */
  readonly rule?: number
}

const CLAUSES: ReadonlySet<string> = new Set(['for', 'if', 'when', 'unless'])
const DECLARING: ReadonlySet<string> = new Set(['policy', ...DECLARATION_WORDS])

/** Nothing in a comment: whatever is typed there is for people. */
export function cursorAt({ tokens, source }: ParsedFile, offset: number): Cursor | undefined {
  const inside = tokens.find((token) => isInside(token, offset))
  const start = inside?.start ?? offset
  const before = tokens.filter((token) => token.kind !== 'end' && token.end <= start)
  const gap = source.text.slice(before.at(-1)?.end ?? 0, start)
  const quote = inside?.kind === 'string' ? undefined : openQuote(gap)
  if (quote === 'comment') return undefined
  const open = openBrackets(before)
  const declaration = declarationOf(before, open, source.text)
  const rule = declaration === undefined ? undefined : ruleOf(before, open)
  const inString = inside?.kind === 'string' || quote !== undefined
  const word = wordOf(inside, offset, quote === undefined ? undefined : start - gap.length + quote)
  return {
    ...{ before, word, inString, open },
    ...(declaration === undefined ? {} : { declaration }),
    ...(rule === undefined ? {} : { rule }),
  }
}

/** Index of the last clause's word in the rule at hand, or of the rule's own word. */
export function clauseOf({ before, open, rule = 0 }: Cursor): number {
  const until = open.find((at) => at > rule) ?? before.length
  return (
    lastOutside(before, [rule, until], (at) => {
      return CLAUSES.has(text(before, at)) && text(before, at - 1) !== '.'
    }) ?? rule
  )
}

export function text(tokens: readonly Token[], index: number): string {
  const token = tokens[index]
  return token === undefined || token.kind === 'string' ? '' : token.text
}

function isInside({ kind, start, end }: Token, offset: number): boolean {
  return kind === 'string'
    ? start < offset && offset < end
    : kind === 'name' && start < offset && offset <= end
}

/** Where in the space before the cursor a string begins that is not closed; or a comment. */
function openQuote(gap: string): number | 'comment' | undefined {
  const rest = gap.replaceAll(/\/\*[\s\S]*?\*\//gu, (comment) => ' '.repeat(comment.length))
  const line = rest.slice(rest.lastIndexOf('\n') + 1)
  const first = /["#]|\/\/|\/\*/u.exec(line)
  if (rest.includes('/*') || (first !== null && first[0] !== '"')) return 'comment'
  return first === null ? undefined : rest.length - line.length + first.index + 1
}

function wordOf(inside: Token | undefined, offset: number, quoted: number | undefined): Span {
  if (quoted !== undefined) return { start: quoted, end: offset }
  if (inside === undefined) return { start: offset, end: offset }
  const { kind, start, end } = inside
  return kind === 'string' ? { start: start + 1, end: end - 1 } : { start, end }
}

function openBrackets(tokens: readonly Token[]): readonly number[] {
  const open: number[] = []
  for (const index of tokens.keys()) {
    const mark = text(tokens, index)
    if (mark === '(' || mark === '[' || mark === '{') open.push(index)
    else if (mark === ')' || mark === ']' || mark === '}') open.pop()
  }
  return open
}

/** The last word outside of brackets that declares something which is not over yet. */
function declarationOf(
  tokens: readonly Token[],
  open: readonly number[],
  source: string,
): number | undefined {
  const until = open[0] ?? tokens.length
  const found = lastOutside(tokens, [-1, until], (at) => declares(tokens, at, source))
  const closed = text(tokens, until - 1) === '}'
  return closed ? undefined : found
}

function declares(tokens: readonly Token[], at: number, source: string): boolean {
  const token = tokens[at]
  if (!isName(token) || !DECLARING.has(token?.text ?? '')) return false
  const [before, after] = [tokens[at - 1], tokens[at + 1]]
  if (text(tokens, at - 1) === 'resource') return false
  if (after !== undefined) return after.kind === 'name' || after.kind === 'string'
  // The last word: whether it begins a line tells it from a word within a declaration.
  return before === undefined || source.slice(before.end, token?.start).includes('\n')
}

function ruleOf(tokens: readonly Token[], open: readonly number[]): number | undefined {
  const body = open[0]
  if (body === undefined || text(tokens, body) !== '{') return undefined
  return lastOutside(tokens, [body, open[1] ?? tokens.length], (at) => {
    return RULE_WORDS.has(text(tokens, at)) && text(tokens, at + 1) === ':'
  })
}

/** The last index between two, both excluded, that is in no bracket and that `is` accepts. */
function lastOutside(
  tokens: readonly Token[],
  [from, until]: readonly [from: number, until: number],
  is: (index: number) => boolean,
): number | undefined {
  let found: number | undefined
  let depth = 0
  for (let at = from + 1; at < until; at++) {
    const mark = text(tokens, at)
    if (mark === '(' || mark === '[' || mark === '{') depth++
    else if (mark === ')' || mark === ']' || mark === '}') depth = Math.max(0, depth - 1)
    else if (depth === 0 && isName(tokens[at]) && is(at)) found = at
  }
  return found
}

function isName(token: Token | undefined): boolean {
  return token?.kind === 'name'
}
