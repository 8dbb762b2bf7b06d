import assert from 'node:assert/strict'
import test from 'node:test'
import { nearest } from './nearest.ts'

const NAMES = ['principal', 'operation', 'args', 'has']
const MEANT = [
  ['principle', 'principal'],
  ['Operation', 'operation'],
  ['arg', 'args'],
  ['agrs', 'args'],
  ['x', undefined],
  ['p'.repeat(10_000), undefined],
  ['operations_of_the_year', undefined],
] as const

for (const [written, meant] of MEANT)
  test(`${written.slice(0, 30)} was meant as ${meant ?? 'none of them'}`, () => {
    assert.equal(nearest(written, NAMES), meant)
  })
