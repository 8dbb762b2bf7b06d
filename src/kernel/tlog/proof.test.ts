import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { subtreesOf } from '../../../test/support/sample-log.ts'
import { EMPTY_ROOT, leafHash, nodeHash } from './hash.ts'
import {
  consistencyProof,
  inclusionProof,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts'

const MAX = 300
const LEAVES = Array.from({ length: MAX }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)))
const read = subtreesOf(LEAVES)
const headAt = (size: number) => ({ size, root: rootAt(size, read) })
const HEADS = Array.from({ length: MAX + 1 }, (_, size) => headAt(size))
const headOf = (size: number) => HEADS[size] ?? headAt(size)
const leafAt = (index: number) => ({ index, hash: LEAVES[index] ?? EMPTY_ROOT })

const VECTOR_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
VECTOR_LEAVES.push('606162636465666768696a6b6c6d6e6f')
const vectorTree = subtreesOf(VECTOR_LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex'))))
const hexes = (hashes: readonly Uint8Array[]) =>
  hashes.map((hash) => Buffer.from(hash).toString('hex'))

test('proofs are those of the RFC 6962 test vectors', () => {
  assert.deepEqual(hexes(inclusionProof(0, 8, vectorTree)), [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  assert.deepEqual(hexes(consistencyProof(6, 8, vectorTree)), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
})

test('every leaf of every size to 300 is proved, and at no other index', () => {
  for (let size = 1; size <= MAX; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionProof(index, size, read)
      const leaf = leafAt(index)
      assert.ok(verifyInclusion(leaf, headOf(size), proof), `${index} of ${size}`)
      const elsewhere = { ...leaf, index: (index + 1) % size }
      if (size > 1) assert.ok(!verifyInclusion(elsewhere, headOf(size), proof))
    }
  }
})

test('every size to 300 is proved to begin every greater one', () => {
  for (let size = 0; size <= MAX; size += 1) {
    for (let older = 0; older <= size; older += 1) {
      const proof = consistencyProof(older, size, read)
      assert.ok(verifyConsistency(headOf(older), headOf(size), proof), `${older} in ${size}`)
    }
  }
})

const place = fc
  .integer({ min: 2, max: MAX })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))

/** A proof with one hash left out, put in or changed by a bit. */
function spoil(proof: readonly Uint8Array[], at: number, how: string): Uint8Array[] {
  const position = proof.length === 0 ? 0 : at % proof.length
  if (how === 'more') return proof.toSpliced(position, 0, EMPTY_ROOT)
  if (how === 'fewer') return proof.toSpliced(position, 1)
  const changed = Uint8Array.from(proof[position] ?? EMPTY_ROOT)
  changed[at % 32] = (changed[at % 32] ?? 0) ^ (1 << (at % 8))
  return proof.toSpliced(position, 1, changed)
}
const spoiling = fc.record({ at: fc.nat(10_000), how: fc.constantFrom('more', 'fewer', 'bit') })

test('a spoilt inclusion proof proves nothing', () => {
  fc.assert(
    fc.property(place, spoiling, ({ size, index }, { at, how }) => {
      const proof = spoil(inclusionProof(index, size, read), at, how)
      assert.ok(!verifyInclusion(leafAt(index), headOf(size), proof))
    }),
  )
})

test('a spoilt consistency proof proves nothing', () => {
  fc.assert(
    fc.property(place, spoiling, ({ size, index: older }, { at, how }) => {
      fc.pre(older > 0)
      const proof = spoil(consistencyProof(older, size, read), at, how)
      assert.ok(!verifyConsistency(headOf(older), headOf(size), proof))
    }),
  )
})

test('a leaf beyond the tree is not in it', () => {
  const proof = inclusionProof(7, 8, read)
  assert.ok(!verifyInclusion({ ...leafAt(7), index: 8 }, headOf(8), proof))
  assert.ok(!verifyInclusion(leafAt(0), headOf(0), []))
  // The way up alone would not tell: with one leaf there is none.
  assert.ok(!verifyInclusion({ ...leafAt(0), index: 5 }, headOf(1), []))
})

test('a head is not consistent with a smaller one, nor with another of its size', () => {
  assert.ok(!verifyConsistency(headOf(9), headOf(8), []))
  assert.ok(!verifyConsistency({ size: 8, root: EMPTY_ROOT }, headOf(8), []))
  assert.ok(!verifyConsistency({ size: 0, root: headOf(1).root }, headOf(8), []))
  assert.ok(!verifyConsistency(headOf(0), headOf(8), [EMPTY_ROOT]))
})

test('indices beyond 32 bits are counted right', () => {
  // A tree of equal leaves: the hash of a subtree depends on its height alone.
  const heights = [leafHash(Buffer.from('x'))]
  const subtree = (height: number): Uint8Array => {
    const known = heights[height] ?? nodeHash(subtree(height - 1), subtree(height - 1))
    heights[height] = known
    return known
  }
  const size = 2 ** 40 + 3
  const head = { size, root: rootAt(size, subtree) }
  for (const index of [0, 2 ** 31, 2 ** 32 + 1, 2 ** 40 - 1, 2 ** 40, size - 1]) {
    const proof = inclusionProof(index, size, subtree)
    assert.ok(verifyInclusion({ index, hash: subtree(0) }, head, proof), `${index}`)
    assert.ok(!verifyInclusion({ index, hash: EMPTY_ROOT }, head, proof), `${index}`)
  }
  for (const older of [1, 2 ** 32 - 1, 2 ** 32 + 5, 2 ** 40, size - 1]) {
    const proof = consistencyProof(older, size, subtree)
    const olderHead = { size: older, root: rootAt(older, subtree) }
    assert.ok(verifyConsistency(olderHead, head, proof), `${older}`)
  }
})
