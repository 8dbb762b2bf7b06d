import type { Checkpoint } from '../tlog/checkpoint.ts'
import { type Hash, sameHash } from '../tlog/hash.ts'
import { TILE_WIDTH, type Tile, TiledTree } from '../tlog/tiled-tree.ts'
import type { LedgerProblems } from './ledger-report.ts'

/** Reads the tile stored at a place. */
export type TileReader = (level: number, index: number) => Omit<Tile, 'level' | 'index'> | undefined

/** A tree as it would be, and what the stored tiles have that it has not. */
interface Branch {
  readonly tree: TiledTree
  readonly differences: string[]
}

/**
 * Compares the tree of a ledger with its checkpoints, its stored hashes and a remembered head.
 *
 * While all is well there is one tree. When a stored hash is not that of its bytes, a second one
 * grows from the stored hash, and the next signed root tells which of the two was altered.
 */
export class TreeAudit {
  readonly #problems: LedgerProblems
  readonly #storedTile: TileReader
  readonly #remembered: Checkpoint | undefined
  #branches: readonly [Branch, ...Branch[]] = [{ tree: new TiledTree(), differences: [] }]
  /** Leaves whose stored hash is not that of their bytes, since the last signed root. */
  #suspects: number[] = []
  #signedSize = 0
  #lost = false

  constructor(
    problems: LedgerProblems,
    storedTile: TileReader,
    remembered: Checkpoint | undefined,
  ) {
    this.#problems = problems
    this.#storedTile = storedTile
    this.#remembered = remembered
  }

  get #size(): number {
    return this.#branches[0].tree.size
  }

  /** The tree can't be rebuilt from here on, and the reason was reported: roots tell no more. */
  lose(): void {
    this.#blame('LEDGER_LEAF_ALTERED', LEAF_ALTERED)
    this.#lost = true
  }

  append(seq: number, computed: Hash, stored: Hash): void {
    this.#compareRemembered()
    if (!sameHash(computed, stored)) this.#suspect(seq)
    if (this.#lost) return
    const [bytes, hashes] = this.#branches
    this.#grow(bytes, computed)
    if (hashes !== undefined) this.#grow(hashes, stored)
  }

  /** Compares with a signed root over all leaves so far. */
  settle(checkpoint: Checkpoint): void {
    if (this.#lost || checkpoint.size !== this.#size) return
    const [bytes, hashes] = this.#branches
    const signed = this.#branches.find(({ tree }) => sameHash(tree.root(), checkpoint.root))
    if (signed === undefined) this.#blameUnsigned()
    else if (signed === hashes) this.#blame('LEDGER_LEAF_ALTERED', LEAF_ALTERED)
    else this.#blame('LEDGER_HASH_ALTERED', 'the stored hash is not that of the receipt')
    this.#lost = signed === undefined
    const truth = signed ?? bytes
    this.#branches = [{ tree: truth.tree, differences: [] }]
    this.#signedSize = this.#size
    if (!this.#lost) this.#reportTiles(truth)
  }

  /** `tiles` is how many full tiles are stored. */
  end(tiles: number): void {
    this.#compareRemembered()
    if (this.#lost) return
    this.#blame('LEDGER_LEAF_ALTERED', LEAF_ALTERED)
    this.#reportTiles(this.#branches[0])
    const expected = tilesOf(this.#size)
    if (tiles !== expected) {
      this.#problems.add('LEDGER_HASH_ALTERED', `${tiles} tiles are stored instead of ${expected}`)
    }
  }

  #suspect(seq: number): void {
    this.#suspects.push(seq)
    const [bytes, hashes] = this.#branches
    // With no root to tell by, the bytes are what nobody vouches for.
    if (this.#lost) this.#blame('LEDGER_LEAF_ALTERED', LEAF_ALTERED)
    if (this.#lost || hashes !== undefined) return
    this.#branches = [bytes, { tree: bytes.tree.copy(), differences: [...bytes.differences] }]
  }

  #grow({ tree, differences }: Branch, hash: Hash): void {
    for (const tile of tree.append(hash)) {
      const stored = this.#storedTile(tile.level, tile.index)
      const same =
        stored && sameHash(stored.root, tile.root) && sameHash(stored.hashes, tile.hashes)
      if (!same) differences.push(`tile ${tile.index} of level ${tile.level}`)
    }
  }

  /** Neither the bytes nor the stored hashes are what was signed. */
  #blameUnsigned(): void {
    const [first, last] = [this.#signedSize, this.#size - 1]
    const which = first === last ? `receipt ${first}` : `one of the receipts ${first} to ${last}`
    if (this.#suspects.length > 0) this.#blame('LEDGER_LEAF_ALTERED', LEAF_ALTERED)
    else this.#problems.add('LEDGER_LEAF_ALTERED', `${which} is not what was signed`, first)
  }

  #blame(code: 'LEDGER_LEAF_ALTERED' | 'LEDGER_HASH_ALTERED', message: string): void {
    for (const seq of this.#suspects) this.#problems.add(code, message, seq)
    this.#suspects = []
  }

  #reportTiles({ differences }: Branch): void {
    for (const tile of differences) {
      this.#problems.add('LEDGER_HASH_ALTERED', `${tile} is missing or altered`)
    }
  }

  #compareRemembered(): void {
    const { size, root } = this.#remembered ?? {}
    if (this.#lost || root === undefined || size !== this.#size) return
    if (this.#branches.some(({ tree }) => sameHash(tree.root(), root))) return
    const message = `the first ${size} receipts are not those of the remembered checkpoint`
    this.#problems.add('LEDGER_FORKED', message)
    this.#lost = true
  }
}

const LEAF_ALTERED = 'the receipt is not what was signed'

/** How many full tiles, over all levels, a tree of this size has. */
function tilesOf(size: number): number {
  const full = Math.floor(size / TILE_WIDTH)
  return full === 0 ? 0 : full + tilesOf(full)
}
