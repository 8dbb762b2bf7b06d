import { hash } from 'node:crypto'
import type { Token } from './language/lexer.ts'
import type { ParsedFile } from './language/parser.ts'

/**
 * `sha256:` and the hex digest over the files' names and tokens: space, comments and the order of
 * the files leave it as it is, everything else changes it.
 */
export function versionOf(files: readonly ParsedFile[]): string {
  const normal = files
    .map(({ source, tokens }) => [source.file, tokens.map(normalForm)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `sha256:${hash('sha256', JSON.stringify(normal), 'hex')}`
}

/** One spelling for one token, so that `"\u0061"` and `"a"` are the same. */
function normalForm(token: Token): string {
  return token.kind === 'string' ? JSON.stringify(token.value) : token.text
}
