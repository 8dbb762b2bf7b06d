import fc from 'fast-check'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import { conditionText } from './conditions.ts'
import { listValue, scalarValue } from './records.ts'

export const ORDERS = 'order secrecy { public < internal < secret } order size { small < internal }'

const VOCABULARY = `${ORDERS}
class reads = ["memory.read", "memory.list"]
class marked when data.n == 1
resource class tagged when data.tags.contains("x")
resource class customers = ["CRM.*"]
approval manager { approver: role("manager"), ttl: 15m }
obligation level in ["low", "high"]
obligation note
`

const target = fc.constantFrom(
  ...['memory.read', 'memory.read', 'memory.*', 'reads', '*', 'memory.read(tagged)', 'marked'],
  ...['memory.read("CRM.notes")', 'memory.read(customers)', 'memory.write', 'memory.read(data)'],
)
const guard = fc.option(
  fc
    .tuple(fc.constantFrom('if', 'if', 'unless'), conditionText)
    .map(([word, condition]) => ` ${word} ${condition}`),
  { nil: '', freq: 6 },
)
const demand = fc.oneof(
  { weight: 3, arbitrary: conditionText.map((text) => `(${text})`) },
  fc.constantFrom('manager', 'level = "low"', 'level = "high"', 'note = "a"', 'note = "b"'),
  fc.constantFrom('redact("email")', 'max_rows(10)', 'max_rows(20)'),
)
const allow = fc.tuple(target, guard).map(([to, when]) => `allow: ${to}${when}`)
const deny = fc.tuple(target, guard).map(([to, when]) => `deny: ${to}${when}`)
const global = fc
  .tuple(demand, target, guard)
  .map(([what, to, when]) => `require: ${what} for ${to}${when}`)
/** A requirement of the allows of its own policy, of which there is then one. */
const bare = fc
  .tuple(demand, guard)
  .map(([what, when]) => `allow: memory.read if data.n != 2\nrequire: ${what}${when}`)

const policy = fc.record({
  rules: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: allow },
      { weight: 1, arbitrary: deny },
      { weight: 1, arbitrary: global },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  bare: fc.option(bare, { nil: '', freq: 3 }),
  observed: fc.constantFrom('', '', '', '', '', '@mode("observe")\n'),
})

/** Files that load together, but for some: `has` under a negation is refused in an allow. */
export const policyFiles: fc.Arbitrary<readonly PolicyText[]> = fc
  .array(policy, { minLength: 1, maxLength: 3 })
  .map((policies) => [
    { file: 'vocabulary.policy', text: VOCABULARY },
    ...policies.map(({ observed, rules, bare: bound }, index) => ({
      file: `${index}.policy`,
      text: `${observed}policy p${index} {\n${[...rules, bound].join('\n')}\n}`,
    })),
  ])

/** Who asks, and all else that is known before a record is looked at. */
export const request: fc.Arbitrary<PolicyRequest> = fc
  .record({
    principal: fc.record(
      {
        roles: fc.oneof({ weight: 4, arbitrary: listValue }, scalarValue),
        level: scalarValue,
        label: fc.constantFrom('public', 'internal', 'secret', 'none'),
      },
      { requiredKeys: [] },
    ),
    session: fc.record({ ok: fc.constantFrom(true, false, 1) }, { requiredKeys: [] }),
    approved: fc.constantFrom<readonly string[]>([], ['manager']),
    id: fc.constantFrom('CRM.notes', 'CRM.deals', 'notes'),
  })
  .map(({ principal, session, approved, id }) => ({
    operation: 'memory.read',
    resource: { type: 'memory', id },
    approved,
    attributes: {
      ...{ principal, session, operation: { name: 'memory.read' } },
      resource: { type: 'memory', id },
    },
  }))
