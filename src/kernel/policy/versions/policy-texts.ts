import { hash } from 'node:crypto'
import type { PolicyText } from '../load-policies.ts'

/** Digest of files as they were written, to the letter: tells whether anything changed at all. */
export function sourceDigest(files: readonly PolicyText[]): string {
  const sorted = sortedByName(files).map(({ file, text }) => [file, text])
  return `sha256:${hash('sha256', JSON.stringify(sorted), 'hex')}`
}

/**
 * The files under another folder: what a policy is called must not depend on where its working copy
 * lies. `new/teams/a.policy` below `policies` is `policies/teams/a.policy`.
 */
export function rooted(files: readonly PolicyText[], root: string): readonly PolicyText[] {
  return files.map(({ file, text }) => ({ file: file.replace(/^[^/]*/u, () => root), text }))
}

function sortedByName(files: readonly PolicyText[]): readonly PolicyText[] {
  return files.toSorted((a, b) => (a.file < b.file ? -1 : 1))
}
