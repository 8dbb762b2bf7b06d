import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { policyFiles, request } from './arbitrary/policies.ts'
import { record } from './arbitrary/records.ts'
import { judged } from './judge.ts'

test('a plan permits the records that deciding on each of them permits', () => {
  const tally = { granted: 0, refused: 0 }
  fc.assert(
    fc.property(
      ...[policyFiles, request, fc.array(record, { minLength: 1, maxLength: 12 })],
      (files, asked, records) => {
        const judge = judged(files, asked)
        if (judge === undefined) return
        for (const data of records) {
          const { permitted } = judge.decide(data)
          tally[permitted ? 'granted' : 'refused']++
          judge.compare(data, judge.planned(data))
        }
      },
    ),
    { numRuns: 1_500 },
  )
  // Records that are all refused would show nothing.
  assert.ok(tally.granted > 100 && tally.refused > 100, JSON.stringify(tally))
})
