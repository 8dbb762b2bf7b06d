import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { HASH_BYTES, type Hash } from '../../kernel/tlog/hash.ts'
import type { SubtreeReader } from '../../kernel/tlog/proof.ts'
import { completeRoot, TILE_HEIGHT, TILE_WIDTH, TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { bytesOf } from './ledger-database.ts'

/** The hashes of a stored tree, read from full tiles where there are such, else from rows. */
export class LedgerHashes {
  readonly #leaves: StatementSync
  readonly #roots: StatementSync
  readonly #slice: StatementSync

  constructor(db: DatabaseSync) {
    this.#leaves = db.prepare('SELECT hash FROM leaf WHERE seq >= ? AND seq < ? ORDER BY seq')
    this.#roots = db.prepare(
      'SELECT root AS hash FROM tile WHERE level = ? AND place >= ? AND place < ? ORDER BY place',
    )
    this.#slice = db.prepare(
      'SELECT substr(hashes, ?, ?) AS hashes FROM tile WHERE level = ? AND place = ?',
    )
  }

  /** The tree of the first `size` leaves, ready to grow. Reads at most 255 rows a tile level. */
  resume(size: number): TiledTree {
    const loose: Hash[][] = []
    for (let level = 0, count = size; count > 0; level += 1) {
      const first = count - (count % TILE_WIDTH)
      loose.push(this.#rows(level, first, count))
      count = first / TILE_WIDTH
    }
    return TiledTree.resume(loose)
  }

  /** Reads complete subtrees of the tree of the first `size` leaves. */
  subtrees(size: number): SubtreeReader {
    return (height, index) => {
      const level = Math.floor(height / TILE_HEIGHT)
      const width = 2 ** (height % TILE_HEIGHT)
      const first = index * width
      const tile = Math.floor(first / TILE_WIDTH)
      const full = (tile + 1) * TILE_WIDTH ** (level + 1) <= size
      if (!full) return completeRoot(this.#rows(level, first, first + width))
      return completeRoot(this.#sliceOf(level, tile, { first: first % TILE_WIDTH, width }))
    }
  }

  /** Hashes of a tile level: those of leaves, or those over the tiles of the level below. */
  #rows(level: number, first: number, end: number): Hash[] {
    const rows = level === 0 ? this.#leaves.all(first, end) : this.#roots.all(level - 1, first, end)
    if (rows.length !== end - first) {
      throw new PortcullisError('LEDGER_CORRUPT', `hashes of level ${level} are missing`)
    }
    return rows.map(({ hash }) => hashOf(hash))
  }

  #sliceOf(level: number, tile: number, at: { first: number; width: number }): Hash[] {
    // SQLite counts from 1.
    const start = at.first * HASH_BYTES + 1
    const row = this.#slice.get(start, at.width * HASH_BYTES, level, tile)
    const bytes = bytesOf(row?.hashes)
    return Array.from({ length: at.width }, (_, index) =>
      hashOf(bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)),
    )
  }
}

function hashOf(value: unknown): Hash {
  if (value instanceof Uint8Array && value.length === HASH_BYTES) return value
  throw new PortcullisError('LEDGER_CORRUPT', 'a stored hash is cut short')
}
