import { PortcullisError } from '../errors.ts'
import { EMPTY_ROOT, HASH_BYTES, type Hash, nodeHash } from './hash.ts'

/** Binary levels that one level of tiles spans (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8

/** Hashes in a full tile. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT

/**
 * A full tile: the 256 neighbouring hashes `index × 256 …` of the tree's level `level × 8`, and the
 * hash that stands over them, which is also one entry of the tile level above.
 */
export interface Tile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
  readonly root: Hash
}

/**
 * A tree that grows at its right edge (RFC 9162 section 2.1). It keeps only the hashes that no full
 * tile holds yet, at most 255 on each tile level, and hands out each tile as it fills.
 */
export class TiledTree {
  #size = 0
  /** On each tile level the hashes after the last full tile. */
  readonly #loose: Hash[][] = []
  /** Roots of the complete subtrees, widest first: one for each bit of the size. */
  readonly #edge: Hash[] = []

  /** The tree again, from the hashes on each tile level that were in no full tile. */
  static resume(loose: readonly (readonly Hash[])[]): TiledTree {
    const tree = new TiledTree()
    for (let level = loose.length - 1; level >= 0; level -= 1) {
      const hashes = [...(loose[level] ?? [])]
      tree.#loose[level] = hashes
      tree.#size += hashes.length * TILE_WIDTH ** level
      tree.#edge.push(...subtreesOf(hashes))
    }
    return tree
  }

  /** A tree of its own with the same leaves. */
  copy(): TiledTree {
    return TiledTree.resume(this.#loose)
  }

  get size(): number {
    return this.#size
  }

  /** On each tile level the hashes that are in no full tile: what `resume` takes. */
  loose(): readonly (readonly Hash[])[] {
    return this.#loose.map((hashes) => [...hashes])
  }

  /** Adds a leaf by its hash; returns the tiles it filled, the lowest first. */
  append(leaf: Hash): readonly Tile[] {
    this.#keep(0, leaf)
    const filled: Tile[] = []
    let hash = leaf
    let height = 0
    let index = this.#size
    // An odd index is a right child: with it its parent is complete.
    for (; index % 2 === 1; index = (index - 1) / 2) {
      hash = nodeHash(this.#takeEdge(), hash)
      height += 1
      if (height % TILE_HEIGHT === 0) filled.push(this.#fill(height / TILE_HEIGHT - 1, index, hash))
    }
    this.#edge.push(hash)
    this.#size += 1
    return filled
  }

  root(): Hash {
    const [narrowest, ...wider] = this.#edge.toReversed()
    if (narrowest === undefined) return EMPTY_ROOT
    return wider.reduce((right, left) => nodeHash(left, right), narrowest)
  }

  #keep(level: number, hash: Hash): void {
    const hashes = this.#loose[level]
    if (hashes === undefined) this.#loose[level] = [hash]
    else hashes.push(hash)
  }

  #fill(level: number, child: number, root: Hash): Tile {
    const hashes = concat(this.#loose[level] ?? [])
    this.#loose[level] = []
    this.#keep(level + 1, root)
    return { level, index: (child - 1) / 2, hashes, root }
  }

  #takeEdge(): Hash {
    const hash = this.#edge.pop()
    if (hash === undefined) throw new PortcullisError('INTERNAL', 'the edge of the tree is empty')
    return hash
  }
}

/** Root over a power of two of neighbouring hashes. */
export function completeRoot(hashes: readonly Hash[]): Hash {
  const [left, right] = [hashes.slice(0, hashes.length / 2), hashes.slice(hashes.length / 2)]
  if (left.length === 0) return hashes[0] ?? EMPTY_ROOT
  if (left.length !== right.length) {
    throw new PortcullisError('INTERNAL', `no complete subtree has ${hashes.length} hashes`)
  }
  return nodeHash(completeRoot(left), completeRoot(right))
}

/** Splits fewer than 256 hashes into complete subtrees, widest first, and gives their roots. */
function subtreesOf(hashes: readonly Hash[]): Hash[] {
  const roots: Hash[] = []
  let start = 0
  for (let width = TILE_WIDTH / 2; width >= 1; width /= 2) {
    if (hashes.length - start < width) continue
    roots.push(completeRoot(hashes.slice(start, start + width)))
    start += width
  }
  return roots
}

function concat(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [index, hash] of hashes.entries()) bytes.set(hash, index * HASH_BYTES)
  return bytes
}
