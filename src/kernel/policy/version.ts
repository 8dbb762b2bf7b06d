import { hash } from 'node:crypto'
import type { Token } from './language/lexer.ts'
import type { ParsedFile } from './language/parser.ts'

/** The digest of a file's name and of what it says, however it is laid out: 64 hex digits. */
export function fileDigest({ source, tokens }: Pick<ParsedFile, 'source' | 'tokens'>): string {
  return hash('sha256', JSON.stringify([source.file, tokens.map(normalForm)]), 'hex')
}

/**
 * `sha256:` and the hex digest over the digests of the files, sorted by name and one after another:
 * space, comments and the order of the files leave it as it is, everything else changes it.
 */
export function versionOf(files: readonly ParsedFile[]): string {
  const sorted = files.toSorted((a, b) => (a.source.file < b.source.file ? -1 : 1))
  return versionOfDigests(sorted.map((file) => ({ digest: fileDigest(file) })))
}

/** The same for files whose digests are known, sorted by name. */
export function versionOfDigests(files: readonly { readonly digest: string }[]): string {
  let digests = ''
  for (const { digest } of files) digests += digest
  return `sha256:${hash('sha256', digests, 'hex')}`
}

/** The version of a set that holds policies of another language too. */
export function jointVersion(version: string, fingerprint: string): string {
  return `sha256:${hash('sha256', JSON.stringify([version, fingerprint]), 'hex')}`
}

/** One spelling for one token, so that `"\u0061"` and `"a"` are the same. */
function normalForm(token: Token): string {
  return token.kind === 'string' ? JSON.stringify(token.value) : token.text
}
