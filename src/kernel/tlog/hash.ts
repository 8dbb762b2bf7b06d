import { hash } from 'node:crypto'

/** A SHA-256 digest: 32 bytes. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

/** Root of the tree without leaves: the digest of nothing (RFC 9162 section 2.1.1). */
export const EMPTY_ROOT: Hash = hash('sha256', new Uint8Array(0), 'buffer')

// RFC 9162 section 2.1.1: the prefixes keep a leaf from ever passing for a node.
const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

export function leafHash(leaf: Uint8Array): Hash {
  const input = new Uint8Array(1 + leaf.length)
  input[0] = LEAF_PREFIX
  input.set(leaf, 1)
  return hash('sha256', input, 'buffer')
}

/** `leafHash` of the UTF-8 bytes of a well-formed text, in base64. */
export function leafHashOfText(leaf: string): string {
  return hash('sha256', `\u0000${leaf}`, 'base64')
}

export function nodeHash(left: Hash, right: Hash): Hash {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = NODE_PREFIX
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return hash('sha256', input, 'buffer')
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
