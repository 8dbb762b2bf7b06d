import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { obligationRegistry } from '../policy/obligation-registry.ts'
import { coverageOf } from './coverage.ts'
import { gapsOf } from './coverage-report.ts'
import { requestOf } from './fixtures.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const TEXT = `class slow when operation.seconds > 60
policy p for roles("sales") {
  allow: t.x if args.a && args.b
  deny: t.y unless args.a
  require: [session.ok, redact("email")]
  audit: log_level = "info" for slow
}
policy q { allow: t.z }
`

function cover(
  ...asked: readonly (readonly [operation: string, args: JsonObject, more?: JsonObject])[]
) {
  const requests = asked.map(([operation, args, more = {}]) => {
    const principal = { kind: 'agent', id: 'a', roles: ['sales'] }
    return requestOf({ principal, operation, args, attributes: [more], approved: [], now: 0 })
  })
  const coverage = coverageOf([{ file: 'p.policy', text: TEXT }], REGISTRY, requests)
  return { ...coverage, gaps: coverage.rules.map(gapsOf) }
}

test('without a request nothing is covered', () => {
  const { met, percent, rules, gaps } = cover()
  assert.deepEqual([met, percent, rules.length], [0, 0, 5])
  assert.deepEqual(gaps.flat(), Array(5).fill('no test is about it'))
})

test('a rule is reached by its head, and each condition has to come out both ways', () => {
  const { gaps, rules } = cover(['t.x', { a: true, b: true }], ['t.x', { a: true, b: false }])
  assert.deepEqual(gaps[0], ['`for roles("sales")` is never false', '`args.a` is never false'])
  assert.deepEqual(rules[0]?.guard, { true: 1, false: 1, error: 0 })
  assert.deepEqual(gaps[4], ['no test is about it'])
})

test('an error is seen and is neither', () => {
  const { rules, gaps } = cover(['t.y', {}])
  const deny = rules.findIndex(({ rule }) => rule === 'deny')
  assert.deepEqual(rules[deny]?.guard, { true: 0, false: 0, error: 1 })
  assert.ok(gaps[deny]?.includes('its guard is never true'))
})

test('a bare requirement is reached with an allow of its policy, and its predicates count', () => {
  const { rules, gaps } = cover(
    ['t.x', {}, { session: { ok: true } }],
    ['t.x', {}, { session: { ok: false } }],
  )
  const bare = rules.findIndex(({ rule }) => rule === 'require')
  assert.equal(rules[bare]?.reached, 2)
  assert.deepEqual(gaps[bare], [])
})

test('all ways seen is 100 percent, and one short of it is less', () => {
  const text = 'policy p { allow: t.x if args.a }'
  const request = (a: boolean) =>
    requestOf({
      ...{ principal: {}, operation: 't.x', args: { a } },
      ...{ attributes: [], approved: [], now: 0 },
    })
  const percent = (...asked: readonly boolean[]) =>
    coverageOf([{ file: 'p.policy', text }], REGISTRY, asked.map(request)).percent
  assert.deepEqual([percent(true, false), percent(true)], [100, 66])
})
