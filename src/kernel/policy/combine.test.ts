import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'

const REGISTRY = obligationRegistry({
  patterns: ['email', 'phone', 'iban'],
  classes: new Map([['pii', ['email', 'phone']]]),
  checkField: () => true,
})

const VOCABULARY = 'obligation level in ["low", "mid", "high"] obligation region obligation consent'

function decide(...requirements: readonly string[]) {
  const policies = requirements.map(
    (text, index) => `policy p${index} { require: ${text} for t.x }`,
  )
  const text = `${VOCABULARY} policy a { allow: t.x } ${policies.join(' ')}`
  const { set, diagnostics } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  assert.ok(set !== undefined, JSON.stringify(diagnostics))
  const resource = { type: 'tool', id: 't.x' } as const
  return set.decide({ operation: 't.x', resource, attributes: {} })
}

const COMBINED: readonly (readonly [readonly string[], readonly unknown[]])[] = [
  [['redact("pii")'], [{ kind: 'redact', fields: [], patterns: ['email', 'phone'] }]],
  [['mask("args.a", 2)'], [{ kind: 'mask', fields: ['args.a'], keep: 2 }]],
  [['max_rows(10)', 'max_rows(5)'], [{ kind: 'max_rows', rows: 5 }]],
  [['max_bytes = 64KB', 'max_bytes(1MiB)'], [{ kind: 'max_bytes', bytes: 64_000 }]],
  [
    ['audit_trail = "basic"', 'audit_trail = "detailed"'],
    [{ kind: 'audit_trail', detail: 'detailed' }],
  ],
  [
    ['sandbox_tier = "gvisor"', 'sandbox_tier = "container"'],
    [{ kind: 'sandbox_tier', tier: 'gvisor' }],
  ],
  [['finality = "durable"', 'witnessed'], [{ kind: 'finality', finality: 'witnessed' }]],
  [
    ['step_up("mfa")', 'step_up("mfa", 5m)'],
    [{ kind: 'step_up', method: 'mfa', withinMs: 300_000 }],
  ],
  [
    ['rate_limit(60, 1m)', 'rate_limit(5, 1s)', 'rate_limit(60, 60s)'],
    [
      { kind: 'rate_limit', calls: 60, perMs: 60_000 },
      { kind: 'rate_limit', calls: 5, perMs: 1_000 },
    ],
  ],
  [['spend("llm", 0.05)'], [{ kind: 'spend', budget: 'llm', amount: 0.05 }]],
  [
    ['level = "low"', '[level = "high", level = "mid"]'],
    [{ kind: 'declared', name: 'level', value: 'high' }],
  ],
  [['consent', '{ consent: true }'], [{ kind: 'declared', name: 'consent' }]],
  [['region = "eu"', '{ region: "eu" }'], [{ kind: 'declared', name: 'region', value: 'eu' }]],
]

for (const [requirements, expected] of COMBINED)
  for (const order of [requirements, requirements.toReversed()])
    test(`${order.join(' with ')}`, () => {
      const { effect, obligations } = decide(...order)
      assert.equal(effect, 'allow_with_conditions')
      const kept = obligations.map(({ obligation }) => JSON.stringify(obligation)).sort()
      assert.deepEqual(kept, expected.map((it) => JSON.stringify(it)).sort())
    })

test('settings that no order decides between deny, and both are named', () => {
  const { effect, reason, determining } = decide('region = "eu"', 'region = "us"', 'consent')
  assert.deepEqual([effect, reason], ['deny', 'obligation_conflict'])
  assert.deepEqual(determining.map(({ policy }) => policy).sort(), ['p0', 'p1'])
})
