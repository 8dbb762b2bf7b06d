import { PortcullisError } from '../errors.ts'
import { HASH_BYTES, type Hash, sameHash } from './hash.ts'
import { type HashTile, neededTiles } from './needed-tiles.ts'
import type { TreeHead } from './proof-checks.ts'
import { completeRoot, TILE_WIDTH, TiledTree } from './tiled-tree.ts'
import { tilePath } from './tiles.ts'

/** Tiles by their paths, as `tilePath` has them. */
export type TileBytes = ReadonlyMap<string, Uint8Array>

/**
 * Verifies the tiles that prove some leaves under a head: each of them is there, no other is, and
 * every hash in them belongs to the tree of this root. Returns what says which hash a leaf has.
 * @throws PortcullisError `TILE_INVALID`.
 */
export function verifyTiles(
  tiles: TileBytes,
  { size, root }: TreeHead,
  leaves: readonly number[],
): (leaf: number) => Hash {
  const needed = [...neededTiles(size, leaves)]
  const paths = new Set(needed.map(tilePath))
  for (const path of tiles.keys()) if (!paths.has(path)) throw invalid(`\`${path}\` proves nothing`)
  const hashes = new Map(needed.map((tile) => [keyOf(tile), hashesOf(tile, tiles)] as const))
  const at = (level: number, index: number): Hash => {
    const tile = { level, index: Math.floor(index / TILE_WIDTH) }
    const hash = hashes.get(keyOf(tile))?.[index % TILE_WIDTH]
    if (hash === undefined) throw invalid(`hash ${index} of level ${level} is in no tile`)
    return hash
  }
  // The partial tiles make the root; over every full one stands a hash of the level above.
  const loose: Hash[][] = []
  for (const { level, index, width } of needed) {
    loose[level] ??= []
    const own = hashes.get(keyOf({ level, index })) ?? []
    if (width < TILE_WIDTH) loose[level] = [...own]
    else if (!sameHash(completeRoot(own), at(level + 1, index))) {
      throw invalid(`tile ${index} of level ${level} is not of this tree`)
    }
  }
  if (!sameHash(TiledTree.resume(loose).root(), root)) throw invalid('they make another root')
  return (leaf) => at(0, leaf)
}

function hashesOf(tile: HashTile, tiles: TileBytes): readonly Hash[] {
  const path = tilePath(tile)
  const bytes = tiles.get(path)
  if (bytes?.length !== tile.width * HASH_BYTES) throw invalid(`\`${path}\` is missing or cut`)
  return Array.from({ length: tile.width }, (_, n) =>
    bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  )
}

function keyOf({ level, index }: Pick<HashTile, 'level' | 'index'>): string {
  return `${level}/${index}`
}

function invalid(why: string): PortcullisError {
  return new PortcullisError('TILE_INVALID', `the tiles do not hold: ${why}`)
}
