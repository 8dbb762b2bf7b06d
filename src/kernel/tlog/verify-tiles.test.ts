import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tileFiles } from '../../../test/support/sample-tiles.ts'
import { leafHash } from './hash.ts'
import { neededTiles } from './needed-tiles.ts'
import { TiledTree } from './tiled-tree.ts'
import { tilePath } from './tiles.ts'
import { verifyTiles } from './verify-tiles.ts'

const INVALID = { code: 'TILE_INVALID' }
const bytesOf = (leaf: string) => Buffer.from(leaf, 'utf8')

/** A log of this size, all of its tiles, and those that some leaves need. */
function logOf(size: number) {
  const leaves = Array.from({ length: size }, (_, n) => `leaf ${n}`)
  const tree = new TiledTree()
  for (const leaf of leaves) tree.append(leafHash(bytesOf(leaf)))
  const all = tileFiles(leaves, '')
  const tilesFor = (wanted: readonly number[]) =>
    new Map(
      [...neededTiles(size, wanted)].map((tile) => {
        const path = tilePath(tile)
        return [path, all.get(path) ?? assert.fail(`no ${path} in a log of ${size}`)] as const
      }),
    )
  return { head: { size, root: tree.root() }, leaves, all, tilesFor }
}

/** Around the edges of tiles, on three levels. */
const LOGS = [1, 2, 255, 256, 257, 512, 700, 65_535, 65_536, 66_000].map(logOf)

const someLeaves = fc
  .tuple(fc.constantFrom(...LOGS), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }))
  .map(([log, places]) => ({ log, wanted: places.map((place) => place % log.leaves.length) }))

test('the needed tiles prove each leaf, in a log of any size', () => {
  fc.assert(
    fc.property(someLeaves, ({ log, wanted }) => {
      const hashAt = verifyTiles(log.tilesFor(wanted), log.head, wanted)
      for (const leaf of wanted) {
        assert.deepEqual(hashAt(leaf), leafHash(bytesOf(log.leaves[leaf] ?? assert.fail())))
      }
    }),
  )
})

test('attack: one bit of any tile is another', () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), fc.nat(), ({ log, wanted }, which, bit) => {
      const tiles = log.tilesFor(wanted)
      const [path, bytes] = [...tiles][which % tiles.size] ?? assert.fail()
      const altered = Uint8Array.from(bytes)
      const at = bit % (8 * bytes.length)
      altered[at >> 3] = (altered[at >> 3] ?? 0) ^ (1 << (at & 7))
      assert.throws(() => verifyTiles(tiles.set(path, altered), log.head, wanted), INVALID)
    }),
  )
})

test('a tile that is missing, cut or not needed is refused', () => {
  const log = LOGS[6] ?? assert.fail()
  for (const path of log.tilesFor([5]).keys()) {
    const missing = log.tilesFor([5])
    missing.delete(path)
    assert.throws(() => verifyTiles(missing, log.head, [5]), INVALID)
    const cut = log.tilesFor([5]).set(path, log.all.get(path)?.subarray(32) ?? assert.fail())
    assert.throws(() => verifyTiles(cut, log.head, [5]), INVALID)
  }
  const more = log.tilesFor([5, 300])
  assert.throws(() => verifyTiles(more, log.head, [5]), INVALID)
  assert.throws(() => verifyTiles(log.tilesFor([5]), log.head, [700]), INVALID)
})

test('no more tiles are needed than lead from the leaves to the root', () => {
  const paths = (size: number, leaves: readonly number[]) =>
    [...neededTiles(size, leaves)].map(tilePath)
  assert.deepEqual(paths(66_000, [0, 1]), [
    ...['tile/0/000', 'tile/0/257.p/208', 'tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1'],
  ])
  assert.deepEqual(paths(256, [7]), ['tile/0/000', 'tile/1/000.p/1'])
  assert.deepEqual(paths(7, [6]), ['tile/0/000.p/7'])
})
