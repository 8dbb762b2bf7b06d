import { TILE_WIDTH } from './tiled-tree.ts'
import type { TileResource } from './tiles.ts'

/** A tile of hashes. */
export type HashTile = Extract<TileResource, { kind: 'tile' }>

/**
 * The tiles that it takes to prove some leaves in a tree of `size`, lowest first: those over each
 * leaf up to the root, and the partial one at the right edge of each level, which make the root.
 */
export function* neededTiles(size: number, leaves: readonly number[]): Generator<HashTile> {
  let below = leaves
  for (let level = 0, count = size; count > 0; level += 1) {
    const edge = count % TILE_WIDTH === 0 ? [] : [Math.floor(count / TILE_WIDTH)]
    const over = below.map((index) => Math.floor(index / TILE_WIDTH))
    below = [...new Set([...over, ...edge])].sort((a, b) => a - b)
    for (const index of below) {
      // Over the right edge there may be nothing yet.
      const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH)
      if (width > 0) yield { kind: 'tile', level, index, width }
    }
    count = Math.floor(count / TILE_WIDTH)
  }
}
