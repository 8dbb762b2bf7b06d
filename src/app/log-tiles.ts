import { HASH_BYTES } from '../kernel/tlog/hash.ts'
import { TILE_WIDTH } from '../kernel/tlog/tiled-tree.ts'
import type { TileResource } from '../kernel/tlog/tiles.ts'
import { formatEntries, hashesAtLevel } from '../kernel/tlog/tiles.ts'
import type { LogReader } from '../stores/segments/read-ledger.ts'

/**
 * The bytes of a tile or a bundle of a log of `size` leaves; nothing for what is beyond its head,
 * and for a bundle with a leaf that was taken out after its time.
 */
export function tileBytes(
  log: LogReader,
  size: number,
  resource: Exclude<TileResource, { kind: 'checkpoint' }>,
): Uint8Array | undefined {
  const { index, width } = resource
  const level = resource.kind === 'tile' ? resource.level : 0
  const first = index * TILE_WIDTH
  if (first + width > hashesAtLevel(level, size)) return undefined
  if (resource.kind === 'entries') {
    const leaves = [...log.leaves(first, first + width)]
    return leaves.length === width ? formatEntries(leaves.map(({ leaf }) => leaf)) : undefined
  }
  const bytes = new Uint8Array(width * HASH_BYTES)
  for (const [at, hash] of log.hashes(level, first, first + width).entries()) {
    bytes.set(hash, at * HASH_BYTES)
  }
  return bytes
}
