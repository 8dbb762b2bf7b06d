import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../../json/value.ts'
import { renderDiagnostic } from '../language/diagnostics.ts'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { type Observation, suggestPolicy } from './suggest-policy.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

function request(operation: string, args: JsonObject, id = 'sales'): PolicyRequest {
  const memory = operation.startsWith('memory.')
  const resource = memory ? String(args.namespace) : operation
  return {
    ...{ operation, resource: { type: memory ? 'memory' : 'tool', id: resource } },
    attributes: { principal: { id, roles: [] }, agent: { id, roles: [] }, args, input: args },
  }
}

let seq = 0
function seen(operation: string, args: JsonObject, permitted = true): Observation {
  const asked = request(operation, args)
  const place = { receipt: `r${seq}`, seq: seq++, at: 1_790_000_000_000 }
  return { ...place, operation, resource: asked.resource.id, permitted, request: asked }
}

function load(text: string) {
  const { set, diagnostics } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  return set ?? assert.fail(`${diagnostics.map(renderDiagnostic).join('\n')}\n${text}`)
}

const allows = (text: string, asked: PolicyRequest) => load(text).decide(asked).effect === 'allow'

const SEEN: readonly Observation[] = [
  seen('slack.post', { channel: 'general', text: 'hi' }),
  seen('slack.post', { channel: 'general', text: 'ho' }),
  seen('memory.read', { namespace: 'CRM.customers', limit: 10 }),
  seen('files.write', { path: '/srv/a', mode: 1 }),
  seen('files.write', { path: '/srv/b', mode: 1 }),
  seen('files.write', { path: '/etc/passwd', mode: 1 }, false),
  seen('slack.delete', { channel: 'general' }, false),
]

test('a draft reads as somebody would write it, with the receipts behind each line', () => {
  const expected = `# Drafted from 7 calls, T to T, receipts 0 (r0) to 6 (r6).
# It allows what was seen. Read every line, and what it leaves open, before you use it.
policy sales_seen for agents("sales") {
  # 2 calls, T to T, receipts 3 (r3) to 4 (r4)
  # args.path had 2 values and is not restricted
  allow: files.write
    if args.mode == 1
    && args.path in ["/srv/a", "/srv/b"]
  # denied: 1 call, T, receipt 5 (r5)

  # 1 call, T, receipt 2 (r2)
  allow: memory.read("CRM.customers")
    if args.limit == 10

  # denied: 1 call, T, receipt 6 (r6)
  # allow: slack.delete

  # 2 calls, T to T, receipts 0 (r0) to 1 (r1)
  # args.text had 2 values and is not restricted
  allow: slack.post
    if args.channel == "general"
}
`
  const text = suggestPolicy('sales', SEEN).replaceAll('2026-09-21T14:13:20.000Z', 'T')
  assert.equal(text, expected)
})

const BEYOND: readonly (readonly [string, PolicyRequest])[] = [
  ['another channel', request('slack.post', { channel: 'board', text: 'hi' })],
  ['an argument left out', request('slack.post', { text: 'hi' })],
  ['another operation of the server', request('slack.list', { channel: 'general' })],
  ['another namespace', request('memory.read', { namespace: 'HR', limit: 10 })],
  ['a write where it read', request('memory.write', { namespace: 'CRM.customers', limit: 10 })],
  ['another agent', request('slack.post', { channel: 'general', text: 'hi' }, 'research')],
]

for (const [what, asked] of BEYOND)
  test(`a draft does not allow ${what}`, () => {
    assert.equal(allows(suggestPolicy('sales', SEEN), asked), false)
  })

test('calls of which like ones were denied are left to whoever reads the draft', () => {
  const same = { channel: 'general' }
  const text = suggestPolicy('sales', [seen('t.x', same), seen('t.x', same, false)])
  assert.match(
    text,
    /were denied too, and nothing in their arguments tells why:\n {2}# allow: t\.x/,
  )
  assert.equal(allows(text, request('t.x', same)), false)
})

test('a secret is no condition, by name or by form, and stands nowhere', () => {
  const key = 'sk_live_0123456789abcdef'
  const text = suggestPolicy('sales', [seen('t.x', { password: 'hunter2', note: `is ${key}` })])
  assert.doesNotMatch(text, /hunter2|sk_live/)
  assert.match(text, /# args\.password looks like a secret and is not shown/)
  assert.match(text, /# args\.note looks like a secret and is not shown/)
  assert.match(text, /\n {2}allow: t\.x\n}/)
})

test('without recorded arguments nothing is said of them', () => {
  const { request: _, ...bare } = seen('t.x', {})
  const text = suggestPolicy('sales', [bare, seen('t.x', { a: 1 })])
  assert.match(
    text,
    /the arguments of 1 of 2 calls were not recorded: none is restricted\n {2}allow: t\.x\n/,
  )
})

const name = fc.oneof(
  fc.constantFrom('t.x', 't.y', 'memory.read', 'a\n} policy q { allow: *', 't.*', '"', '#', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const value = fc.oneof(
  fc.constantFrom<JsonObject[string]>('a', 'b', 1, -1, 1e21, 0.1, true, null, ['a'], { deep: 'a' }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.double(),
)
const member = fc.oneof(fc.constantFrom('a', 'b', 'namespace', '__proto__', 'x y', 'in'), name)
const args = fc.dictionary(member, value, { maxKeys: 4 })
const observations = fc.array(fc.tuple(name, args, fc.boolean()), { maxLength: 12 })

test('any draft loads, allows nothing that was denied, and names nothing but what was seen', () => {
  fc.assert(
    fc.property(observations, (calls) => {
      const all = calls.map(([operation, given, permitted]) => {
        const plain: JsonObject = JSON.parse(JSON.stringify({ namespace: 'n', ...given }))
        return seen(operation, plain, permitted)
      })
      const set = load(suggestPolicy('sales', all))
      for (const { request: asked, permitted } of all)
        if (!permitted && asked !== undefined) assert.equal(set.decide(asked).effect, 'deny')
      assert.equal(set.decide(request('never.seen', { a: 1 })).effect, 'deny')
    }),
  )
})

const plainValue = fc.constantFrom<JsonObject[string]>('a', 'b', 1, 2, true, ['a'], { c: 'a' })
const plainArgs = fc.dictionary(fc.constantFrom('a', 'b', 'c'), plainValue, { maxKeys: 3 })

test('a draft of what was only allowed allows all of it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('t.x', 't.y'), plainArgs), { minLength: 1 }),
      (calls) => {
        const all = calls.map(([operation, given]) => seen(operation, { ...given }))
        const set = load(suggestPolicy('sales', all))
        for (const { request: asked } of all)
          assert.ok(asked !== undefined && set.decide(asked).effect === 'allow')
      },
    ),
  )
})
