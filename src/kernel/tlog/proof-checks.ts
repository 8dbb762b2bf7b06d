import type { Check } from '../checks/check.ts'
import { EMPTY_ROOT, type Hash, nodeHashCheck, sameHash } from './tree-hash.ts'

/** A tree head: how many leaves, and the root over them. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** Does `proof` put the leaf with this hash at `index` of the tree? RFC 9162 section 2.1.3.2. */
export function* inclusionCheck(
  leaf: { readonly hash: Hash; readonly index: number },
  head: TreeHead,
  proof: readonly Hash[],
): Check<boolean> {
  if (leaf.index >= head.size) return false
  let { hash, index } = leaf
  let last = head.size - 1
  for (const sibling of proof) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      hash = yield* nodeHashCheck(sibling, hash)
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)]
    } else {
      hash = yield* nodeHashCheck(hash, sibling)
    }
    ;[index, last] = [half(index), half(last)]
  }
  return last === 0 && sameHash(hash, head.root)
}

/** Is the tree of `older` a prefix of the tree of `newer`? RFC 9162 section 2.1.4.2. */
export function* consistencyCheck(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Hash[],
): Check<boolean> {
  if (older.size > newer.size) return false
  if (older.size === newer.size) return proof.length === 0 && sameHash(older.root, newer.root)
  if (older.size === 0) return proof.length === 0 && sameHash(older.root, EMPTY_ROOT)
  let [index, last] = [older.size - 1, newer.size - 1]
  while (index % 2 === 1) [index, last] = [half(index), half(last)]
  // A power of two is one complete subtree, whose root the proof leaves out.
  const [first, ...rest] = index === 0 ? [older.root, ...proof] : proof
  if (first === undefined) return false
  let [oldRoot, newRoot] = [first, first]
  for (const hash of rest) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      oldRoot = yield* nodeHashCheck(hash, oldRoot)
      newRoot = yield* nodeHashCheck(hash, newRoot)
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)]
    } else {
      newRoot = yield* nodeHashCheck(newRoot, hash)
    }
    ;[index, last] = [half(index), half(last)]
  }
  return last === 0 && sameHash(oldRoot, older.root) && sameHash(newRoot, newer.root)
}

// Not `>> 1`: a tree may have more leaves than 32 bits count.
function half(value: number): number {
  return Math.floor(value / 2)
}
