import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { renderDiagnostic } from './language/diagnostics.ts'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'
import { renderDecision } from './render-decision.ts'
import { renderExplanation } from './render-explanation.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

const SALES = `policy sales {
  allow: [slack.*, memory.read("CRM.customers")]
    if principal.roles.contains("sales") && args.n < 5
  require: [redact("email"), session.secure]
}
policy quiet {
  deny: slack.* unless context.time >= 9
}`

function explain(attributes: JsonObject, text = SALES) {
  const { set, diagnostics } = loadPolicies([{ file: 'policies/sales.policy', text }], REGISTRY)
  assert.ok(set !== undefined, diagnostics.map(renderDiagnostic).join('\n'))
  const resource = { type: 'tool', id: 'slack.post' } as const
  return set.explain({ operation: 'slack.post', resource, attributes })
}

const ATTRIBUTES = {
  principal: { roles: ['sales'] },
  args: { n: 1 },
  session: { secure: true },
  context: { time: 10 },
}

test('every rule about the request is shown, clause by clause, with what it read', () => {
  const { rules } = explain(ATTRIBUTES)
  const outline = rules.map(({ ref, head, guard, requirements }) => ({
    rule: `${ref.rule} ${ref.line}:${ref.column} ${head}`,
    clauses: [...guard, ...requirements].map(({ text, line, column, outcome, reads }) => [
      `${line}:${column} ${text}`,
      outcome,
      reads,
    ]),
  }))
  const roles = [{ path: 'principal.roles', value: ['sales'] }]
  assert.deepEqual(outline, [
    {
      rule: 'deny 7:3 slack.*',
      clauses: [['7:17 unless context.time >= 9', 'false', [{ path: 'context.time', value: 10 }]]],
    },
    {
      rule: 'allow 2:3 slack.*',
      clauses: [
        ['3:8 principal.roles.contains("sales")', 'true', roles],
        ['3:45 args.n < 5', 'true', [{ path: 'args.n', value: 1 }]],
        ['4:30 session.secure', 'true', [{ path: 'session.secure', value: true }]],
      ],
    },
  ])
})

const NEAR_MISSES: readonly (readonly [string, JsonObject, string])[] = [
  [
    'a guard that is false',
    { principal: { roles: [] } },
    '`principal.roles.contains("sales")` were true',
  ],
  ['a guard that is unknown', { args: {} }, '`args.n < 5` were true (now: no attribute `args.n`)'],
  ['a requirement that is not met', { session: { secure: false } }, '`session.secure` were true'],
  [
    'two clauses',
    { args: { n: 9 }, session: { secure: false } },
    '`args.n < 5` were true and `session.secure` were true',
  ],
]

for (const [what, change, wish] of NEAR_MISSES)
  test(`a near miss says what would have to be otherwise: ${what}`, () => {
    const { decision, rules } = explain({ ...ATTRIBUTES, ...change })
    assert.equal(decision.reason, 'default_deny')
    const allow = rules.find(({ ref }) => ref.rule === 'allow')
    assert.equal(allow?.nearMiss, `would be allowed if ${wish}`)
  })

test('a negated clause would have to be false', () => {
  const text = 'policy p { allow: slack.post if !args.bad && args.good == true }'
  const { rules } = explain({ args: { bad: true, good: true } }, text)
  assert.equal(rules[0]?.nearMiss, 'would be allowed if `args.bad` were false')
})

test('where a deny decides, no allow is a near miss', () => {
  const { decision, rules } = explain({ ...ATTRIBUTES, args: {}, context: { time: 1 } })
  assert.equal(decision.reason, 'explicit_deny')
  assert.ok(rules.every(({ nearMiss }) => nearMiss === undefined))
})

test('a decision reads as compilers write, with a caret under the rule', () => {
  const { decision } = explain({ ...ATTRIBUTES, context: { time: 1 } })
  assert.equal(
    renderDecision({ ...decision, version: 'sha256:0' }),
    [
      'deny (explicit_deny): a deny holds',
      'deny in policy `quiet`',
      '  --> policies/sales.policy:7:3',
      '  7 |   deny: slack.* unless context.time >= 9',
      '    |   ^',
      'policy version sha256:0',
    ].join('\n'),
  )
})

test('an explanation reads rule by rule', () => {
  const explanation = explain({ ...ATTRIBUTES, args: {} })
  const decision = { ...explanation.decision, version: 'sha256:0' }
  assert.equal(
    renderExplanation({ ...explanation, decision }),
    [
      'deny (default_deny): no allow holds',
      'policy version sha256:0',
      '',
      'deny for `slack.*` in policy `quiet`',
      '  --> policies/sales.policy:7:3',
      '  7 |   deny: slack.* unless context.time >= 9',
      '    |   ^',
      '  if      false  unless context.time >= 9',
      '                   context.time = 10',
      '',
      'allow for `slack.*` in policy `sales`',
      '  --> policies/sales.policy:2:3',
      '  2 |   allow: [slack.*, memory.read("CRM.customers")]',
      '    |   ^',
      '  if      true   principal.roles.contains("sales")',
      '                   principal.roles = ["sales"]',
      '  if      error  args.n < 5 (no attribute `args.n`)',
      '                   args.n is missing',
      '  require true   session.secure',
      '                   session.secure = true',
      '  would be allowed if `args.n < 5` were true (now: no attribute `args.n`)',
    ].join('\n'),
  )
})

test('a request that no rule is about is told so', () => {
  const text = 'policy p { allow: files.read }'
  assert.match(renderExplanation(explain({}, text)), /^no rule is about this request$/m)
})
