import assert from 'node:assert/strict'
import test from 'node:test'
import * as wasm from '@cedar-policy/cedar-wasm/nodejs'
import fc from 'fast-check'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import { cedarQuestion, PLAIN_NAMING } from '../../src/sources/cedar/cedar-call.ts'
import { cedar } from '../../src/sources/cedar/cedar-language.ts'
import { REGISTRY } from './registry.ts'

const principal = fc.constantFrom(
  ...['principal', 'principal == Agent::"a"', 'principal == Agent::"b"', 'principal is Agent'],
  ...['principal in Role::"r"', 'principal in Role::"q"', 'principal is Agent in Role::"r"'],
  ...['principal is Human', 'principal in Agent::"a"', 'principal in Team::"t"'],
)
const action = fc.constantFrom(
  ...['action', 'action == Action::"s.x"', 'action == Action::"s.y"', 'action in Action::"s.x"'],
  ...['action in [Action::"s.x", Action::"memory.read"]', 'action in []'],
)
const resource = fc.constantFrom(
  ...['resource', 'resource == Tool::"s.x"', 'resource in Server::"s"', 'resource is Memory'],
  ...['resource == Memory::"notes"', 'resource is Tool in Server::"s"', 'resource in Server::"z"'],
)
const condition = fc.constantFrom(
  ...['', 'when { context.input.n > 1 }', 'unless { context.input.s == "x" }', 'when { false }'],
  ...[
    'when { context.session.ok }',
    'unless { context.session.ok }',
    'when { context.nope.at.all }',
  ],
  ...[
    'when { context.input has n && context.input.n == 1 }',
    'when { principal.roles.contains("r") }',
  ],
  ...[
    'when { context has session } unless { context.input.s like "x*" }',
    'when { context == {} }',
  ],
)
const policies = fc.array(
  fc
    .tuple(fc.constantFrom('permit', 'permit', 'forbid'), principal, action, resource, condition)
    .map(([effect, who, what, which, when]) => `${effect}(${who}, ${what}, ${which})\n${when};`),
  { minLength: 1, maxLength: 6 },
)
const args: fc.Arbitrary<JsonObject> = fc.record(
  { n: fc.constantFrom(0, 1, 2, 1.5, 'x', null), s: fc.constantFrom('x', 'xy', 'q', 7) },
  { requiredKeys: [] },
)
const request: fc.Arbitrary<PolicyRequest> = fc
  .record({
    ...{ operation: fc.constantFrom('s.x', 's.y', 'z.x', 'memory.read'), args },
    id: fc.constantFrom('a', 'b'),
    roles: fc.subarray(['r', 'q']),
    namespace: fc.constantFrom('notes', 'other'),
    session: fc.record({ ok: fc.constantFrom(true, false, 'yes') }, { requiredKeys: [] }),
  })
  .map(({ operation, id, roles, namespace, args: given, session }) => ({
    operation,
    resource:
      operation === 'memory.read'
        ? { type: 'memory', id: namespace }
        : { type: 'tool', id: operation },
    attributes: { principal: { kind: 'agent', id, roles, team: 't' }, args: given, session },
  }))

function load(texts: readonly string[]) {
  const files = [{ file: 'a.cedar', text: texts.join('\n') }]
  const { set } = loadPolicies(files, REGISTRY, { outside: cedar })
  assert.ok(set)
  return set
}

/** The whole set asked at once: what Cedar decides, and whether a forbid was in error. */
function whole(texts: readonly string[], asked: PolicyRequest) {
  const call = cedarQuestion(asked, PLAIN_NAMING).call() as unknown as Omit<
    wasm.AuthorizationCall,
    'policies'
  >
  const staticPolicies = Object.fromEntries(texts.map((text, index) => [index, text]))
  const answer = wasm.isAuthorized({ ...call, policies: { staticPolicies } })
  assert.equal(answer.type, 'success')
  const { decision, diagnostics } = answer.response
  const failed = diagnostics.errors.map(({ policyId }) => texts[Number(policyId)] ?? '')
  return { allows: decision === 'allow', disarmed: failed.some((it) => it.startsWith('forbid')) }
}

test('a slice decides as the whole set does, but that a forbid in error denies', () => {
  const seen = { allowed: 0, disarmed: 0 }
  fc.assert(
    fc.property(policies, fc.array(request, { minLength: 5, maxLength: 5 }), (texts, requests) => {
      const set = load(texts)
      for (const asked of requests) {
        const { allows, disarmed } = whole(texts, asked)
        const { effect, reason } = set.decide(asked)
        assert.equal(effect === 'allow', allows && !disarmed, texts.join('\n'))
        if (allows && disarmed) assert.equal(reason, 'deny_on_error')
        if (allows) seen[disarmed ? 'disarmed' : 'allowed']++
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(seen.allowed > 30 && seen.disarmed > 0, JSON.stringify(seen))
})

test('no tool is hidden that some arguments could be permitted for', () => {
  const seen = { hidden: 0, allowed: 0 }
  const many = fc.array(args, { minLength: 6, maxLength: 6 })
  fc.assert(
    fc.property(policies, request, many, (texts, asked, tried) => {
      const set = load(texts)
      const hidden = !set.mayAllow(asked)
      for (const given of tried) {
        const attributes = { ...asked.attributes, args: given }
        if (set.decide({ ...asked, attributes }).effect !== 'allow') continue
        seen.allowed++
        assert.equal(hidden, false, texts.join('\n'))
      }
      if (hidden) seen.hidden++
    }),
    { numRuns: 300 },
  )
  assert.ok(seen.hidden > 20 && seen.allowed > 20, JSON.stringify(seen))
})
