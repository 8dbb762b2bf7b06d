import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { Frontier } from './frontier.ts'

const leaf = (index: number) => Buffer.from(leafHash(Buffer.from(`leaf ${index}`)))

test('a frontier has the root of the tree at every size, resumed anywhere', () => {
  const tree = new TiledTree()
  let frontier = new Frontier()
  for (let size = 0; size < 600; size += 1) {
    assert.deepEqual(Buffer.from(frontier.root()), Buffer.from(tree.root()), `${size} leaves`)
    if (size % 7 === 0) frontier = Frontier.resume(size, frontier.subtrees())
    if (size % 2 === 0) frontier.append(leaf(size))
    else frontier.appendText(leaf(size).toString('binary'))
    tree.append(leaf(size))
  }
})

test('no edge is taken for that of a tree of another size', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (size, other) => {
      const frontier = new Frontier()
      for (let index = 0; index < size; index += 1) frontier.append(leaf(index))
      const bits = (count: number) => count.toString(2).replaceAll('0', '').length
      fc.pre(bits(size) !== bits(other))
      assert.throws(() => Frontier.resume(other, frontier.subtrees()), { code: 'LEDGER_CORRUPT' })
    }),
    { numRuns: 50 },
  )
})
