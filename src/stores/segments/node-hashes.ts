import { PortcullisError } from '../../kernel/errors.ts'
import { HASH_BYTES, type Hash, leafHash, nodeHash } from '../../kernel/tlog/hash.ts'
import { consistencyProof } from '../../kernel/tlog/proof.ts'
import { FRAME_KINDS } from './frame.ts'
import type { Frontier } from './frontier.ts'
import { NODE_LOG } from './ledger-state.ts'
import { framesOfSegment, listSegments, readFrames } from './segment-files.ts'
import { readSnapshot, stateOf } from './snapshot.ts'

/** Leaf hashes of the node log that are kept at hand. Older ones are read from the segments. */
const HASHES_AT_HAND = 65_536

/** The hashes of the node log from some size on: enough to prove what has grown since. */
export class NodeHashes {
  readonly #base: Frontier
  readonly #limit: number
  #leaves: Hash[] = []

  /** `base` is the edge of the tree before the leaves that are added. */
  constructor(base: Frontier, limit = HASHES_AT_HAND) {
    this.#base = base
    this.#limit = limit
  }

  /** The smallest size that a proof can begin with. */
  get from(): number {
    return this.#base.size
  }

  /** Adds leaf hashes, one behind the other. */
  add(hashes: Uint8Array): void {
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      this.#leaves.push(hashes.slice(at, at + HASH_BYTES))
    }
    if (this.#leaves.length <= this.#limit) return
    const old = this.#leaves.splice(0, this.#limit / 2)
    for (const hash of old) this.#base.append(Buffer.from(hash))
  }

  /** That the first `from` leaves of the first `to` are unchanged. */
  consistency(from: number, to: number): Hash[] {
    const edge = this.#edge()
    return consistencyProof(from, to, (height, index) => this.#subtree(edge, height, index))
  }

  #subtree(edge: ReadonlyMap<string, Hash>, height: number, index: number): Hash {
    const known = edge.get(`${height}/${index}`)
    if (known !== undefined) return known
    const leaf = height === 0 ? this.#leaves[index - this.from] : undefined
    if (leaf !== undefined) return leaf
    // Of a subtree before the edge a proof needs no more than the edge has.
    const isBefore = (index + 1) * 2 ** height <= this.from
    if (height === 0 || isBefore) {
      throw new PortcullisError('INTERNAL', 'a hash of the node log is out of reach')
    }
    const left = this.#subtree(edge, height - 1, 2 * index)
    return nodeHash(left, this.#subtree(edge, height - 1, 2 * index + 1))
  }

  /** The complete subtrees before the first leaf at hand, by height and index. */
  #edge(): ReadonlyMap<string, Hash> {
    const edge = new Map<string, Hash>()
    let start = 0
    for (const [at, hash] of this.#base.subtrees().entries()) {
      const height = this.#base.heights()[at] ?? 0
      edge.set(`${height}/${start / 2 ** height}`, hash)
      start += 2 ** height
    }
    return edge
  }
}

/** The hashes of the node log on the disk, from the last segment that begins before a size. */
export function scanNodeHashes(directory: string, size: number): NodeHashes {
  for (const segment of listSegments(directory).toReversed()) {
    const at = { segment, offset: 0 }
    const base = edgeAtBeginning(directory, segment)
    if (base === undefined || base.size > size) continue
    const hashes = new NodeHashes(base, Number.POSITIVE_INFINITY)
    for (const found of readFrames(directory, at)) {
      const isHead = 'frame' in found && found.frame.log === NODE_LOG
      if (isHead && found.frame.kind === FRAME_KINDS.leaf) hashes.add(leafHash(found.frame.body))
    }
    return hashes
  }
  throw new PortcullisError('LEDGER_CORRUPT', 'no segment begins with a snapshot')
}

/** The edge of the node log at the beginning of a segment; nothing in one made ahead. */
function edgeAtBeginning(directory: string, segment: number): Frontier | undefined {
  for (const found of framesOfSegment(directory, { segment, offset: 0 })) {
    const read = 'frame' in found ? readSnapshot(found.frame) : undefined
    return read && stateOf(read.snapshot).node.frontier
  }
  return undefined
}
