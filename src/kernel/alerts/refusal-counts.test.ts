import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COUNTED_SOURCES_LIMIT, RefusalCounts, sourceText } from './refusal-counts.ts'

const at = (peer: string) => ({ actor: [], channel: { door: 'mcp', peer } })
const agent = (id: string, peer = '::1') => ({
  actor: [{ kind: 'agent', id, via: 'bearer-jwt' }] as const,
  channel: { door: 'mcp', peer },
})

/** Notes as many refusals, and says which of them are to be recorded. */
function note(counts: RefusalCounts, source: ReturnType<typeof at>, times: number): boolean[] {
  return Array.from({ length: times }, () => counts.note(source, 'IDENTITY_MISSING', 5).recorded)
}

test('the first refusals of a source are recorded, the others counted by code', () => {
  const counts = new RefusalCounts({ receiptsPerSource: 2 })
  assert.deepEqual(note(counts, at('a'), 4), [true, true, false, false])
  counts.note(at('a'), 'REQUEST_INVALID', 9)
  assert.deepEqual(note(counts, at('b'), 1), [true])
  const codes = [
    { code: 'IDENTITY_MISSING', count: 2 },
    { code: 'REQUEST_INVALID', count: 1 },
  ]
  assert.deepEqual(counts.take(), [{ source: at('a'), since: 5, count: 3, codes }])
  assert.deepEqual(counts.take(), [])
  assert.deepEqual(note(counts, at('a'), 1), [true], 'the next window begins anew')
})

test('all sources together are bounded too, however many addresses an attacker has', () => {
  const counts = new RefusalCounts({ receiptsPerSource: 30, receipts: 40 })
  const recorded = Array.from({ length: 1_000 }, (_, n) => note(counts, at(`${n}`), 2)).flat()
  assert.equal(recorded.filter(Boolean).length, 40)
  const tallies = counts.take()
  assert.ok(tallies.length <= COUNTED_SOURCES_LIMIT + 1)
  assert.equal(sourceText(tallies.at(-1)?.source ?? at('')), 'any others')
  assert.equal(
    tallies.reduce((sum, { count }) => sum + count, 0),
    2_000 - 40,
  )
})

test('a proved agent always has its receipts, and is one source wherever it comes from', () => {
  const counts = new RefusalCounts({ receiptsPerSource: 1, receipts: 1, alertAfter: 3 })
  const noted = ['a', 'b', 'c', 'd'].map((peer) => counts.note(agent('sales', peer), 'X', 1))
  assert.ok(noted.every(({ recorded }) => recorded))
  assert.deepEqual(
    noted.map(({ alert }) => alert?.count),
    [undefined, undefined, 3, undefined],
    'one alert in a window',
  )
  assert.deepEqual(counts.take(), [])
})

test('a refusal is recorded or in one tally, never both and never neither', () => {
  const source = fc.oneof(
    fc.constantFrom('a', 'b', 'c').map(at),
    fc.constantFrom('sales', 'research').map((id) => agent(id)),
  )
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(source, fc.constantFrom('X', 'Y')) },
    { weight: 1, arbitrary: fc.constantFrom('take', 'fail') },
  )
  const bounds = fc.record({
    alertAfter: fc.integer({ min: 1, max: 5 }),
    receiptsPerSource: fc.integer({ min: 1, max: 5 }),
    receipts: fc.integer({ min: 1, max: 8 }),
  })
  fc.assert(
    fc.property(bounds, fc.array(step, { maxLength: 200 }), (bound, steps) => {
      const counts = new RefusalCounts(bound)
      let [noted, told] = [0, 0]
      for (const what of steps) {
        if (what === 'take') for (const { count } of counts.take()) told += count
        else if (what === 'fail') for (const tally of counts.take()) counts.putBack(tally)
        else {
          noted += 1
          if (counts.note(what[0], what[1], 1).recorded) told += 1
        }
      }
      for (const { count, codes } of counts.take()) {
        assert.equal(
          codes.reduce((sum, { count: one }) => sum + one, 0),
          count,
        )
        told += count
      }
      assert.equal(told, noted)
    }),
  )
})
