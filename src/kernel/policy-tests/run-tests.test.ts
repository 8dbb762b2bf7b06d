import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from '../policy/load-policies.ts'
import { obligationRegistry } from '../policy/obligation-registry.ts'
import { requestOf } from './fixtures.ts'
import { renderJunit } from './render-junit.ts'
import { renderResults } from './render-results.ts'
import { differencesOf, runTests } from './run-tests.ts'
import type { Expected, TestSuite } from './suite.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const TEXT = `approval boss { approver: role("boss"), ttl: 15m }
policy desk {
  allow: [t.plain, t.redacted, t.approved] if args.ok
  require: redact("email") for t.redacted
  require: boss for t.approved
}
policy stop { deny: t.plain if args.stop }
`

function decide(operation: string, args: Record<string, boolean>) {
  const { set } = loadPolicies([{ file: 'policies/p.policy', text: TEXT }], REGISTRY)
  assert.ok(set)
  const principal = { kind: 'agent', id: 'a', roles: [] }
  const request = requestOf({ principal, operation, args, attributes: [], approved: [], now: 0 })
  return { set, request, decision: set.decide(request) }
}

const AT = { file: 'p.test.yaml', line: 1, column: 1, text: 'x' }

const EXPECTATIONS: readonly (readonly [
  string,
  Record<string, boolean>,
  Omit<Expected, 'at'>,
  ...string[],
])[] = [
  [
    't.plain',
    { ok: true, stop: false },
    {
      effects: ['allow'],
      reason: 'allowed',
      rules: ['desk', 'p.policy:3', 'policies/p.policy:3:3'],
      obligations: [],
      approvals: [],
      error: false,
    },
  ],
  [
    't.plain',
    { ok: true, stop: false },
    { effects: ['deny', 'require_approval'] },
    'effect deny or require_approval/allow',
  ],
  [
    't.plain',
    { ok: true, stop: true },
    { effects: ['deny'], reason: 'default_deny', rules: ['desk'] },
    'reason default_deny/explicit_deny',
    'rule desk/policies/p.policy:7 (stop)',
  ],
  [
    't.plain',
    { ok: true },
    { effects: ['deny'], reason: 'deny_on_error', error: 'no attribute `args.stop`' },
  ],
  [
    't.plain',
    { ok: true },
    { effects: ['deny'], error: 'args.other' },
    'error args.other/no attribute `args.stop`',
  ],
  [
    't.plain',
    { ok: true },
    { effects: ['deny'], error: false },
    'error none/no attribute `args.stop`',
  ],
  [
    't.plain',
    { ok: true, stop: false },
    { effects: ['allow'], error: true },
    'error some error/none',
  ],
  [
    't.plain',
    { ok: true, stop: false },
    { effects: ['allow'], rules: ['p.policy:33', 'olicy:3'] },
    'rule p.policy:33/policies/p.policy:3 (desk)',
    'rule olicy:3/policies/p.policy:3 (desk)',
  ],
  [
    't.redacted',
    { ok: true },
    { effects: ['allow_with_conditions'], obligations: ['redact email'] },
  ],
  [
    't.redacted',
    { ok: true },
    { effects: ['allow_with_conditions'], obligations: ['max_rows 3'] },
    'obligations max_rows 3/redact email',
  ],
  [
    't.redacted',
    { ok: true },
    { effects: ['allow_with_conditions'], obligations: [] },
    'obligations none/redact email',
  ],
  ['t.approved', { ok: true }, { effects: ['require_approval'], approvals: ['boss'] }],
  [
    't.approved',
    { ok: true },
    { effects: ['require_approval'], approvals: [] },
    'approvals none/boss',
  ],
]

for (const [operation, args, expected, ...differences] of EXPECTATIONS)
  test(`${operation} ${JSON.stringify(args)} against ${JSON.stringify(expected)}`, () => {
    const { decision } = decide(operation, args)
    const found = differencesOf({ ...expected, at: AT }, decision)
    assert.deepEqual(
      found.map(({ what, expected: wanted, actual }) => `${what} ${wanted}/${actual}`),
      differences,
    )
  })

function failing(name: string) {
  const { set, request } = decide('t.plain', { ok: true, stop: true })
  const expected: Expected = { effects: ['allow'], at: { ...AT, line: 7 } }
  const cells = [{ title: ['a', 't.plain'], request, expected }]
  const suite: TestSuite = { file: 'p.test.yaml', tests: [{ name, cells }] }
  return { set, results: runTests([suite], set) }
}

test('a failure is shown with its place, what differs and why', () => {
  const { set, results } = failing('plain')
  const text = renderResults(results, (request) => set.explain(request))
  assert.match(
    text,
    /^p\.test\.yaml\n {2}plain\n {4}FAIL {2}a {2}t\.plain\n {10}--> p\.test\.yaml:7:1\n/,
  )
  assert.match(
    text,
    /effect: expected allow, got deny\n {10}\| deny \(explicit_deny\): a deny holds/,
  )
  assert.match(text, /policies\/p\.policy:7/)
})

test('JUnit XML is well formed whatever the names are', () => {
  const { results } = failing('a <b> & "c" \u0001\u001B[31m \uD800')
  const xml = renderJunit(results)
  assert.match(xml, /<testsuites tests="1" failures="1">/)
  assert.match(
    xml,
    /classname="p\.test\.yaml a &lt;b&gt; &amp; &quot;c&quot; \uFFFD\uFFFD\[31m \uFFFD"/,
  )
  assert.match(
    xml,
    /<failure message="effect: expected allow, got deny">effect: expected allow, got deny</,
  )
})
