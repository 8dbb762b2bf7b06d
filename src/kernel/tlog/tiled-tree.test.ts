import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_ROOT, type Hash, leafHash, leafHashOfText, nodeHash } from './hash.ts'
import { completeRoot, TILE_WIDTH, type Tile, TiledTree } from './tiled-tree.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const leafOf = (index: number) => leafHash(Buffer.from(`leaf ${index}`))

/** RFC 9162 section 2.1.1, as it is written there. */
function definedRoot(leaves: readonly Hash[]): Hash {
  const [only] = leaves
  if (only === undefined) return EMPTY_ROOT
  if (leaves.length === 1) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)))
}

/** The leaves that the implementations of RFC 6962 test with, and the roots of 1 to 8 of them. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the empty tree has the digest of nothing as its root', () => {
  const digestOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  assert.equal(hex(new TiledTree().root()), digestOfNothing)
})

test('roots are those of the RFC 6962 test vectors', () => {
  const tree = new TiledTree()
  for (const [index, leaf] of LEAVES.entries()) {
    tree.append(leafHash(Buffer.from(leaf, 'hex')))
    assert.equal(hex(tree.root()), ROOTS[index])
  }
})

test('a leaf hashes alike as text and as bytes', () => {
  for (const text of ['', 'a', 'Žluťoučký', '😀', '\u0000']) {
    const hash = leafHash(Buffer.from(text, 'utf8'))
    assert.equal(leafHashOfText(text), Buffer.from(hash).toString('base64'))
  }
})

test('a leaf never has the hash of a node', () => {
  const [left, right] = [leafOf(0), leafOf(1)]
  assert.notDeepEqual(leafHash(Buffer.concat([left, right])), nodeHash(left, right))
})

test('the root is the defined one at every size to 300', () => {
  const tree = new TiledTree()
  const leaves: Hash[] = []
  for (let size = 1; size <= 300; size += 1) {
    leaves.push(leafOf(size))
    tree.append(leafOf(size))
    assert.equal(tree.size, size)
    assert.deepEqual(tree.root(), definedRoot(leaves), `size ${size}`)
  }
})

test('a resumed tree goes on as the tree it was', () => {
  const size = TILE_WIDTH * TILE_WIDTH + 2 * TILE_WIDTH + 3
  const tree = new TiledTree()
  const tiles: Tile[] = []
  const leaves: Hash[] = []
  for (let index = 0; index < size; index += 1) {
    leaves.push(leafOf(index))
    tiles.push(...tree.append(leafOf(index)))
  }
  const resumed = TiledTree.resume([
    leaves.slice(-3),
    tiles
      .filter(({ level }) => level === 0)
      .slice(-2)
      .map(({ root }) => root),
    tiles.filter(({ level }) => level === 1).map(({ root }) => root),
  ])
  const copy = tree.copy()
  assert.equal(resumed.size, size)
  for (let index = size; index < size + TILE_WIDTH; index += 1) {
    assert.deepEqual(resumed.root(), tree.root())
    assert.deepEqual(resumed.append(leafOf(index)), tree.append(leafOf(index)))
  }
  assert.equal(copy.size, size, 'a copy does not grow with its tree')
})

test('a tile is handed out with its 256 hashes when it fills, and the tile above in turn', () => {
  const tree = new TiledTree()
  const leaves: Hash[] = []
  const roots: Hash[] = []
  for (let index = 0; index < TILE_WIDTH * TILE_WIDTH; index += 1) {
    leaves.push(leafOf(index))
    const [tile, above, ...more] = tree.append(leafOf(index))
    if ((index + 1) % TILE_WIDTH !== 0) {
      assert.equal(tile, undefined)
      continue
    }
    const hashes = leaves.slice(-TILE_WIDTH)
    const root = completeRoot(hashes)
    roots.push(root)
    const place = { level: 0, index: (index + 1) / TILE_WIDTH - 1 }
    assert.deepEqual(tile, { ...place, hashes: new Uint8Array(Buffer.concat(hashes)), root })
    assert.deepEqual(more, [])
    if (roots.length < TILE_WIDTH) assert.equal(above, undefined)
    else assert.deepEqual([above?.level, above?.index, above?.root], [1, 0, tree.root()])
  }
})

test('only a power of two of hashes makes a complete subtree', () => {
  for (const count of [3, 5, 6, 7]) {
    const hashes = Array.from({ length: count }, (_, index) => leafOf(index))
    assert.throws(() => completeRoot(hashes), { code: 'INTERNAL' })
  }
})
