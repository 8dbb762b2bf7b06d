import assert from 'node:assert/strict'
import test from 'node:test'
import * as wasm from '@cedar-policy/cedar-wasm/nodejs'
import fc from 'fast-check'
import { permits } from '../../src/kernel/policy/decision.ts'
import type { CedarExport } from '../../src/kernel/policy/export-cedar/export-cedar.ts'
import { exportCedar } from '../../src/kernel/policy/export-cedar/export-cedar.ts'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import { cedarQuestion, PLAIN_NAMING } from '../../src/sources/cedar/cedar-call.ts'
import { anyPolicies, filesOf } from './arbitrary/policies.ts'
import { request } from './arbitrary/requests.ts'
import { REGISTRY } from './registry.ts'

/** Cedar as anybody runs it, errors skipped. Undefined when it does not take the call. */
function cedarAllows(policies: string, asked: PolicyRequest): boolean | undefined {
  const call = cedarQuestion(asked, PLAIN_NAMING).call() as unknown as Omit<
    wasm.AuthorizationCall,
    'policies'
  >
  const answer = wasm.isAuthorized({ ...call, policies: { staticPolicies: policies } })
  return answer.type === 'success' ? answer.response.decision === 'allow' : undefined
}

function loaded(
  files: readonly PolicyText[],
): { set: PolicySet; exported: CedarExport } | undefined {
  const { set } = loadPolicies(files, REGISTRY)
  const outcome = exportCedar(files, REGISTRY)
  return set !== undefined && outcome.ok ? { set, exported: outcome.exported } : undefined
}

/** What the runtime always says of a request. */
function whole(asked: PolicyRequest): PolicyRequest {
  const { operation, resource, attributes } = asked
  const principal = { id: 'a', ...(attributes.principal as object) }
  return {
    ...asked,
    attributes: {
      ...attributes,
      principal,
      resource: { ...resource },
      operation: { name: operation },
    },
  }
}

const leaf = fc.constantFrom(
  ...['args.n == 1', 'args.n != 2', 'args.n > 1', '1 <= args.n', 'args.n in [0, 2]'],
  ...['args.s == "x"', 'args.s != "y*"', 'args.s in ["x", "q"]', 'args.s like "x*\\\\*"', 'args.b'],
  ...['args.s.startsWith("x")', 'args.s.endsWith("*")', 'args has maybe', 'args has deep.c'],
  ...['args has maybe && args.maybe == "x"', 'args.deep.c == true', 'args.b != args.deep.c'],
  ...['principal.roles.contains("r")', '"q" in principal.roles', 'args.list.isEmpty()'],
  ...['args.list.containsAny(["x", "z"])', 'principal.roles.containsAll(args.list)'],
  ...['context.time < 5', 'session.ok', 'resource.id == "notes"', 'operation.name == "slack.post"'],
)
const condition = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} || ${b})`),
    fc
      .constantFrom(...['args.n == 1', 'args.s like "x*"', 'args.list.isEmpty()', 'args.b'])
      .map((it) => `!(${it})`),
  ),
})).condition
const target = fc.constantFrom(
  ...[
    'slack.post',
    'slack.*',
    '*',
    'memory.read("notes")',
    'memory.*("n*")',
    '[files.read, memory.write]',
  ],
)
const guard = fc.option(
  fc.tuple(fc.constantFrom('if', 'unless'), condition).map((it) => ` ${it.join(' ')}`),
  { nil: '' },
)
/** `has` may not stand under a negation where it would open something. */
const ifGuard = fc.option(
  condition.map((it) => ` if ${it}`),
  { nil: '' },
)
const rule = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(target, ifGuard).map(([to, when]) => `allow: ${to}${when}`) },
  { weight: 2, arbitrary: fc.tuple(target, guard).map(([to, when]) => `deny: ${to}${when}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(condition, target).map(([it, to]) => `require: [(${it})] for ${to}`),
  },
)
const policies = fc
  .array(fc.array(rule, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map((all): readonly PolicyText[] =>
    all.map((rules, index) => ({
      file: `${index}.policy`,
      text: `policy p${index} {\n${[...new Set(rules)].join('\n')}\n}`,
    })),
  )

const complete: fc.Arbitrary<PolicyRequest> = fc
  .record({
    operation: fc.constantFrom(
      'slack.post',
      'slack.read',
      'files.read',
      'memory.read',
      'memory.write',
    ),
    namespace: fc.constantFrom('notes', 'n', 'CRM.deals'),
    args: fc.record(
      {
        n: fc.integer({ min: -1, max: 3 }),
        s: fc.constantFrom('x', 'x*', 'y*', 'q'),
        b: fc.boolean(),
        deep: fc.record({ c: fc.boolean() }),
        list: fc.subarray(['x', 'y', 'q']),
        maybe: fc.constantFrom('x', 'y'),
      },
      { requiredKeys: ['n', 's', 'b', 'deep', 'list'] },
    ),
    principal: fc.record({ roles: fc.subarray(['r', 'q', 'x']) }),
    session: fc.record({ ok: fc.boolean() }),
    context: fc.record({ time: fc.integer({ min: 3, max: 7 }) }),
  })
  .map(({ operation, namespace, ...attributes }) => ({
    operation,
    resource: operation.startsWith('memory.')
      ? { type: 'memory', id: namespace }
      : { type: 'tool', id: operation },
    attributes,
  }))

test('what is exported decides on complete requests as the policies do', () => {
  const seen = { allowed: 0, denied: 0, partial: 0 }
  const requests = fc.array(complete, { minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(policies, requests, (files, asked) => {
      const both = loaded(files)
      fc.pre(both !== undefined)
      const { set, exported } = both
      if (exported.leftOut.length > 0) seen.partial++
      assert.deepEqual(exported.leftOut, [])
      for (const one of asked.map(whole)) {
        const ours = permits(set.decide(one))
        assert.equal(cedarAllows(exported.text, one), ours, exported.text)
        seen[ours ? 'allowed' : 'denied']++
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(seen.allowed > 100 && seen.denied > 100, JSON.stringify(seen))
})

test('what is exported never allows more, whatever the policies and the requests', () => {
  const seen = { allowed: 0, checked: 0 }
  const requests = fc.array(request, { minLength: 6, maxLength: 6 })
  fc.assert(
    fc.property(anyPolicies, requests, (drafts, asked) => {
      const both = loaded(filesOf(drafts))
      fc.pre(both !== undefined && both.exported.assumptions.length === 0)
      for (const one of asked.map(whole)) {
        seen.checked++
        if (!cedarAllows(both.exported.text, one)) continue
        seen.allowed++
        assert.equal(both.set.decide(one).effect, 'allow', both.exported.text)
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(seen.allowed > 10, JSON.stringify(seen))
})

test('a deny that names a resource holds in the export for every type of resource', () => {
  const text = 'policy p { allow: * deny: memory.read(CRM.deals) }'
  const both = loaded([{ file: 'p.policy', text }])
  assert.ok(both !== undefined)
  for (const type of ['memory', 'tool'] as const) {
    const asked = { operation: 'memory.read', resource: { type, id: 'CRM.deals' }, attributes: {} }
    const one = whole({ ...asked, approved: [] })
    assert.equal(both.set.decide(one).effect, 'deny')
    assert.equal(cedarAllows(both.exported.text, one), false, both.exported.text)
  }
})
