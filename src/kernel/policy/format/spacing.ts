import type { Tokens } from './operators.ts'

const TIGHT_BEFORE: readonly string[] = ['(', ')', ']', ',', '.', ':', '?', '|']
const TIGHT_AFTER: readonly string[] = ['.', '!', '@', '-', '|']

/** Does a space stand between a token and the one before it, neither being an operator? */
export function spaced(tokens: Tokens, index: number): boolean {
  if (TIGHT_BEFORE.some((text) => tokens.sees(index, text))) return false
  return !TIGHT_AFTER.some((text) => tokens.sees(index - 1, text))
}
