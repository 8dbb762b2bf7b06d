import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { HASH_BYTES, type Hash } from '../../kernel/tlog/hash.ts'
import { TILE_WIDTH, TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { bytesOf, indexInvalid } from './index-database.ts'

/** The hashes of the trees as far as they are indexed, level by level of tiles. */
export class IndexHashes {
  readonly #leaves: StatementSync
  readonly #roots: StatementSync
  readonly #tile: StatementSync

  constructor(db: DatabaseSync) {
    this.#leaves = db.prepare(
      'SELECT hash FROM leaf WHERE log = ? AND seq >= ? AND seq < ? ORDER BY seq',
    )
    this.#roots = db.prepare(
      'SELECT root AS hash FROM tile WHERE log = ? AND level = ? AND place >= ? AND place < ? ' +
        'ORDER BY place',
    )
    this.#tile = db.prepare('SELECT hashes FROM tile WHERE log = ? AND level = ? AND place = ?')
  }

  /** The tree of the first `size` leaves, ready to grow. Reads at most 255 rows a tile level. */
  resume(log: number, size: number): TiledTree {
    const loose: Hash[][] = []
    for (let level = 0, count = size; count > 0; level += 1) {
      const first = count - (count % TILE_WIDTH)
      loose.push(this.hashes({ log, level }, first, count))
      count = first / TILE_WIDTH
    }
    return TiledTree.resume(loose)
  }

  /** Hashes of a tile level: those of leaves, or those over the tiles of the level below. */
  hashes({ log, level }: TileLevel, first: number, end: number): Hash[] {
    const tile = Math.floor(first / TILE_WIDTH)
    const whole = end - first > 1 && end <= (tile + 1) * TILE_WIDTH
    const kept = whole ? this.#tile.get(log, level, tile) : undefined
    if (kept !== undefined) {
      return slices(bytesOf(kept.hashes), first % TILE_WIDTH, end - first)
    }
    const rows =
      level === 0 ? this.#leaves.all(log, first, end) : this.#roots.all(log, level - 1, first, end)
    if (rows.length !== end - first) throw indexInvalid(`hashes of level ${level} are missing`)
    return rows.map(({ hash }) => hashOf(bytesOf(hash)))
  }
}

/** A level of tiles of one log. */
export interface TileLevel {
  readonly log: number
  readonly level: number
}

function slices(bytes: Uint8Array, first: number, count: number): Hash[] {
  return Array.from({ length: count }, (_, index) =>
    hashOf(bytes.subarray((first + index) * HASH_BYTES, (first + index + 1) * HASH_BYTES)),
  )
}

function hashOf(bytes: Uint8Array): Hash {
  if (bytes.length === HASH_BYTES) return bytes
  throw indexInvalid('a hash is cut short')
}
