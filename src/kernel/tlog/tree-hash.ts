import { type Check, sha256 } from '../checks/check.ts'

/** A SHA-256 digest: 32 bytes. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

/** Root of the tree without leaves: the digest of nothing (RFC 9162 section 2.1.1). */
export const EMPTY_ROOT: Hash = Uint8Array.of(
  ...[0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9],
  ...[0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52],
  ...[0xb8, 0x55],
)

// RFC 9162 section 2.1.1: the prefixes keep a leaf from ever passing for a node.
const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** What is hashed for a leaf. */
export function leafInput(leaf: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + leaf.length)
  input[0] = LEAF_PREFIX
  input.set(leaf, 1)
  return input
}

/** What is hashed for a node. */
export function nodeInput(left: Hash, right: Hash): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = NODE_PREFIX
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return input
}

export function leafHashCheck(leaf: Uint8Array): Check<Hash> {
  return sha256(leafInput(leaf))
}

export function nodeHashCheck(left: Hash, right: Hash): Check<Hash> {
  return sha256(nodeInput(left, right))
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
