import { hash } from 'node:crypto'
import { type Hash, leafInput, nodeInput } from './tree-hash.ts'

export { EMPTY_ROOT, HASH_BYTES, type Hash, sameHash } from './tree-hash.ts'

export function leafHash(leaf: Uint8Array): Hash {
  return hash('sha256', leafInput(leaf), 'buffer')
}

/** `leafHash` of the UTF-8 bytes of a well-formed text, in base64. */
export function leafHashOfText(leaf: string): string {
  return hash('sha256', `\u0000${leaf}`, 'base64')
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return hash('sha256', nodeInput(left, right), 'buffer')
}
