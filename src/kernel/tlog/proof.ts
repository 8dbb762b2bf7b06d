import { EMPTY_ROOT, type Hash, nodeHash, sameHash } from './hash.ts'

/**
 * The hash of a complete subtree: the `index`-th of those with `2 ** height` leaves. It is asked
 * only for subtrees that lie whole within the tree.
 */
export type SubtreeReader = (height: number, index: number) => Hash

/** A tree head: how many leaves, and the root over them. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** The root of the first `size` leaves. */
export function rootAt(size: number, read: SubtreeReader): Hash {
  return size === 0 ? EMPTY_ROOT : rangeRoot(0, size, read)
}

/** Sibling hashes from the leaf up to the root's child (RFC 9162 section 2.1.3.1). */
export function inclusionProof(index: number, size: number, read: SubtreeReader): Hash[] {
  const path: Hash[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      path.unshift(rangeRoot(middle, end, read))
      end = middle
    } else {
      path.unshift(rangeRoot(start, middle, read))
      start = middle
    }
  }
  return path
}

/** That the first `size` leaves of `newSize` are unchanged (RFC 9162 section 2.1.4.1). */
export function consistencyProof(size: number, newSize: number, read: SubtreeReader): Hash[] {
  if (size === 0 || size === newSize) return []
  const path: Hash[] = []
  let [start, end] = [0, newSize]
  while (size !== end) {
    const middle = start + splitOf(end - start)
    if (size <= middle) {
      path.unshift(rangeRoot(middle, end, read))
      end = middle
    } else {
      path.unshift(rangeRoot(start, middle, read))
      start = middle
    }
  }
  // With `start` still at 0 the verifier has this root: it is the old head's own.
  if (start !== 0) path.unshift(rangeRoot(start, end, read))
  return path
}

/** Does `proof` put the leaf with this hash at `index` of the tree? RFC 9162 section 2.1.3.2. */
export function verifyInclusion(
  leaf: { readonly hash: Hash; readonly index: number },
  head: TreeHead,
  proof: readonly Hash[],
): boolean {
  if (leaf.index >= head.size) return false
  let { hash, index } = leaf
  let last = head.size - 1
  for (const sibling of proof) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash)
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[index, last] = [half(index), half(last)]
  }
  return last === 0 && sameHash(hash, head.root)
}

/** Is the tree of `older` a prefix of the tree of `newer`? RFC 9162 section 2.1.4.2. */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Hash[],
): boolean {
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
      oldRoot = nodeHash(hash, oldRoot)
      newRoot = nodeHash(hash, newRoot)
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)]
    } else {
      newRoot = nodeHash(newRoot, hash)
    }
    ;[index, last] = [half(index), half(last)]
  }
  return last === 0 && sameHash(oldRoot, older.root) && sameHash(newRoot, newer.root)
}

/** Root of the leaves from `start` to before `end`, where `start` begins a subtree that wide. */
function rangeRoot(start: number, end: number, read: SubtreeReader): Hash {
  let height = 0
  while (2 ** (height + 1) <= end - start) height += 1
  const width = 2 ** height
  const left = read(height, start / width)
  return start + width === end ? left : nodeHash(left, rangeRoot(start + width, end, read))
}

/** The largest power of two below `size`, where RFC 9162 splits a tree. */
function splitOf(size: number): number {
  let width = 1
  while (width * 2 < size) width *= 2
  return width
}

// Not `>> 1`: a tree may have more leaves than 32 bits count.
function half(value: number): number {
  return Math.floor(value / 2)
}
