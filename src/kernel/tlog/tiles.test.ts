import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  formatEntries,
  parseEntries,
  parseTilePath,
  type TileResource,
  tilePath,
  tilesOf,
} from './tiles.ts'

/** The examples of the specification, and the edges beside them. */
const PATHS: Record<string, TileResource> = {
  checkpoint: { kind: 'checkpoint' },
  'tile/0/000': { kind: 'tile', level: 0, index: 0, width: 256 },
  'tile/0/x001/x234/067': { kind: 'tile', level: 0, index: 1_234_067, width: 256 },
  'tile/1/x001/000': { kind: 'tile', level: 1, index: 1_000, width: 256 },
  'tile/3/999.p/255': { kind: 'tile', level: 3, index: 999, width: 255 },
  'tile/63/000.p/1': { kind: 'tile', level: 63, index: 0, width: 1 },
  'tile/entries/x123/456': { kind: 'entries', index: 123_456, width: 256 },
  'tile/entries/000.p/7': { kind: 'entries', index: 0, width: 7 },
}

const NO_PATHS = [
  ...['', 'tile', 'tile/0', 'tile/0/', 'tile/0/0', 'tile/0/0000', 'tile/0/1234', 'tile/00/000'],
  ...['tile/64/000', 'tile/-1/000', 'tile/0/x000/001', 'tile/0/x001/x002', 'tile/0/001/002'],
  ...['tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/999', 'tile/0/000.p/07', 'tile/0/000.p/'],
  ...['tile/0/../000', '/tile/0/000', 'tile/0/000 ', 'tile/data/000', 'tile/entries/00'],
  'tile/0/x999/x999/x999/x999/x999/999',
]

test('paths are written and read as the specification has them', () => {
  for (const [path, resource] of Object.entries(PATHS)) {
    assert.equal(tilePath(resource), path)
    assert.deepEqual(parseTilePath(path), resource)
  }
})

test('a path that is not written like this names nothing', () => {
  for (const path of NO_PATHS) assert.equal(parseTilePath(path), undefined, path)
})

test('every resource has one path, which names it alone', () => {
  const resource = fc.record(
    {
      kind: fc.constant('tile' as const),
      level: fc.nat(63),
      index: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      width: fc.integer({ min: 1, max: 256 }),
    },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(resource, (one) => assert.deepEqual(parseTilePath(tilePath(one)), one)))
})

test('a log is its full tiles and one partial tile a level', () => {
  const paths = [...tilesOf(256 * 257 + 3)].map(tilePath)
  assert.equal(paths.filter((path) => path.startsWith('tile/entries/')).length, 258)
  assert.deepEqual(
    paths.filter((path) => /^tile\/[1-9]/.test(path)),
    [...['tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1']],
  )
  assert.ok(paths.includes('tile/0/257.p/3') && paths.includes('tile/entries/257.p/3'))
  assert.deepEqual([...tilesOf(0)], [])
})

test('bundles give back their entries, and nothing that was cut or is too long', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 })
  fc.assert(
    fc.property(entries, (some) => {
      const bundle = formatEntries(some)
      assert.deepEqual(parseEntries(bundle).map(Buffer.from), some.map(Buffer.from))
      const whole = new Set(some.map((_, at) => formatEntries(some.slice(0, at)).length))
      for (let length = 1; length < bundle.length; length += 1) {
        if (whole.has(length)) continue
        assert.throws(() => parseEntries(bundle.subarray(0, length)), { code: 'TILE_INVALID' })
      }
    }),
    { numRuns: 30 },
  )
  assert.throws(() => formatEntries([new Uint8Array(65_536)]), { code: 'TILE_INVALID' })
})
