import type { Token } from '../language/lexer.ts'
import * as words from './words.ts'

/** What the word at an index means where it stands, if it is one of the language's own. */
export function wordAt(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index]
  if (token?.kind !== 'name') return undefined
  const { text } = token
  const [before, after] = [mark(tokens[index - 1]), mark(tokens[index + 1])]
  if (before === '@') return own(words.ANNOTATED, text)
  if (before === '.') return after === '(' ? own(words.CALLED, text) : undefined
  if (after === '(')
    return (
      own(words.QUANTIFYING, text) ??
      own(words.ATTACHED, text) ??
      own(words.APPROVING, text) ??
      own(words.JOINING, text)
    )
  if (after === ':') return own(words.RULES, text) ?? own(words.APPROVED, text)
  const typed = before === ':' || before === '[' ? own(words.TYPED, text) : undefined
  return typed ?? own(words.DECLARING, text) ?? own(words.JOINING, text)
}

function mark(token: Token | undefined): string {
  return token?.kind === 'mark' ? token.text : ''
}

/** Names like those of every object's members are words of nobody. */
export function own(table: Readonly<Record<string, string>>, text: string): string | undefined {
  return Object.hasOwn(table, text) ? table[text] : undefined
}
