import { atOnce } from '../checks/answer-now.ts'
import { EMPTY_ROOT, type Hash, nodeHash } from './hash.ts'
import { consistencyCheck, inclusionCheck } from './proof-checks.ts'

export type { TreeHead } from './proof-checks.ts'

/**
 * The hash of a complete subtree: the `index`-th of those with `2 ** height` leaves. It is asked
 * only for subtrees that lie whole within the tree.
 */
export type SubtreeReader = (height: number, index: number) => Hash

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

/** `inclusionCheck`, at once. */
export const verifyInclusion = atOnce(inclusionCheck)

/** `consistencyCheck`, at once. */
export const verifyConsistency = atOnce(consistencyCheck)

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
