import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Finding } from './review.ts'
import { ABILITY_CAP, weigh } from './weigh.ts'

const finding = fc
  .record({
    rule: fc.constantFrom('one', 'two', 'three', 'four'),
    kind: fc.constantFrom('vulnerability' as const, 'malice' as const, 'resource' as const),
    severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
  })
  .map((it): Finding => ({ ...it, where: '', span: [0, 0], evidence: '', message: '' }))
const findings = fc.array(finding, { maxLength: 12 })

test('law: one finding more never lowers the risk', () => {
  fc.assert(
    fc.property(findings, finding, fc.boolean(), (some, more, flagged) => {
      assert.ok(weigh([...some, more], flagged).risk >= weigh(some, flagged).risk)
    }),
  )
})

test('law: no score rejects a tool, and no ability looks like malice', () => {
  fc.assert(
    fc.property(findings, (some) => {
      const mild = some.filter(({ severity }) => severity !== 'critical')
      assert.notEqual(weigh(mild, true).recommendation, 'reject')
      const abilities = mild.filter(({ kind }) => kind !== 'malice')
      assert.equal(weigh(abilities, false).recommendation, 'approve')
      assert.ok(weigh(abilities, false).risk <= ABILITY_CAP)
    }),
  )
})

test('a score over its threshold asks for a look', () => {
  assert.deepEqual(weigh([], true), { risk: 0.4, recommendation: 'look' })
  assert.deepEqual(weigh([], false), { risk: 0, recommendation: 'approve' })
})
