import fc from 'fast-check'
import type { Resource } from '../../../src/kernel/action.ts'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'

const number = fc.constantFrom(-1, 0, 1, 2, 3, 1.5)
const text = fc.constantFrom('x', 'xy', 'a*b', 'admin', 'axb', 'é', '')
const label = fc.constantFrom('public', 'internal', 'secret', 'small', 'none')
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(number, text, label, fc.boolean())

/** What nobody expects to find. */
const anything: fc.Arbitrary<JsonValue> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.constantFrom<JsonValue>(null, {}, { n: 1 }, [[1]], [null], 1e300, -0, Number.NaN, 1 / 0),
)

const MISSING = Symbol('missing')
type Member = JsonValue | typeof MISSING

/** A record whose members are mostly what they should be, now and then another thing or nothing. */
function mostly(members: Record<string, fc.Arbitrary<JsonValue>>): fc.Arbitrary<JsonObject> {
  const loose = Object.entries(members).map(([name, arbitrary]) => {
    const member = fc.oneof<fc.MaybeWeightedArbitrary<Member>[]>(
      { weight: 30, arbitrary },
      { weight: 1, arbitrary: anything },
      { weight: 1, arbitrary: fc.constant<Member>(MISSING) },
    )
    return [name, member] as const
  })
  return fc.record(Object.fromEntries(loose)).map((record) => {
    const present = Object.entries(record).filter(
      (entry): entry is [string, JsonValue] => entry[1] !== MISSING,
    )
    return Object.fromEntries(present)
  })
}

const words = fc.array(text, { maxLength: 3 })
/** From Friday evening to Saturday noon and on to Monday, and dates far away. */
const time = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 10, 20), max: Date.UTC(2026, 10, 24) }),
  fc.constantFrom(0, 8.64e15, 9e15, Date.UTC(2026, 2, 29, 1)),
)

export const argsValue: fc.Arbitrary<JsonObject> = mostly({
  n: number,
  s: text,
  label,
  flag: fc.boolean(),
  tags: words,
  numbers: fc.array(number, { maxLength: 3 }),
  list: fc.array(mostly({ n: number }), { maxLength: 3 }),
  deep: mostly({ n: number }),
  any: anything,
})

const attributes: fc.Arbitrary<JsonObject> = mostly({
  args: argsValue,
  principal: mostly({
    roles: words,
    level: number,
    name: text,
    team: fc.constantFrom('red', 'blue', 'green'),
    space: fc.constantFrom('one', 'other', 'two'),
  }),
  agent: mostly({ id: fc.constantFrom('sales', 'billing', 'bot-1') }),
  session: mostly({ ok: fc.boolean() }),
  operation: mostly({ seconds: number, urgent: fc.boolean() }),
  data: mostly({ label, open: fc.boolean() }),
  context: mostly({ time }),
  usage: mostly({ calls: number, burst: number }),
})

/** Operations, and the resources that they act on; a tool is its own. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  'slack.post': [],
  'slack.read': [],
  'slack.posting': [],
  'files.write': [],
  'calendar.add': [],
  read: ['CRM.customers', 'notes', 'read'],
  'memory.read': ['CRM.customers', 'CRM.deals', 'notes', 'CRM.'],
  'memory.write': ['CRM.customers', 'CRM.deals', 'notes'],
  'egress.connect': ['api.example.org', 'example.org', 'example.org.'],
  'model.invoke': ['gpt-5', 'llama'],
  'message.send': ['sms', 'mail', 'fax'],
}

export const operationAndResource = fc
  .constantFrom(...Object.keys(RESOURCES))
  .chain((operation) => {
    const [first = operation, ...more] = RESOURCES[operation] ?? []
    return fc.constantFrom(first, ...more).map((id) => ({ operation, resource: { type, id } }))
  })

const type: Resource['type'] = 'tool'

const POST: Resource = { type, id: 'slack.post' }

const approved = fc.subarray(['manager', 'security', 'nobody'])

/** Mostly of the operation that a crowd of rules is about. */
export const crowdedRequest: fc.Arbitrary<PolicyRequest> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant({ operation: 'slack.post', resource: POST }) },
      { weight: 1, arbitrary: operationAndResource },
    ),
    attributes,
    approved,
  )
  .map(([asked, all, given]) => ({ ...asked, attributes: all, approved: given }))

export const request: fc.Arbitrary<PolicyRequest> = fc
  .tuple(operationAndResource, attributes, approved)
  .map(([asked, all, given]) => ({ ...asked, attributes: all, approved: given }))
