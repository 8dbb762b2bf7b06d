import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderDiagnostic } from '../language/diagnostics.ts'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'
import { outcomeText } from './compare-decisions.ts'
import { policyDiff } from './policy-diff.ts'
import type { PolicyVersion } from './policy-version.ts'
import type { Witness } from './witnesses.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

const BOSS = 'approval boss { approver: role("boss") }\n'
const ORDER = 'order level { public < internal < confidential < secret }\n'

function version(text: string, file = 'policies/p.policy'): PolicyVersion {
  const files = [{ file, text }]
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  return { files, set: set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n')) }
}

const diff = (before: string, after: string) => policyDiff(version(before), version(after))

/** `permissive desk.read deny → allow args.n=5` */
function told({ change, operation, resource, before, after, attributes }: Witness): string {
  const on = resource === operation ? '' : `(${resource})`
  const values = attributes.map(
    ({ path, value }) => `${path}=${JSON.stringify(value) ?? 'missing'}`,
  )
  const decisions = `${outcomeText(before)} → ${outcomeText(after)}`
  return [change, `${operation}${on}`, decisions, ...values].join(' ')
}

/** A change of policies, and a witness that must be among those that are found. */
const WITNESSED: readonly (readonly [string, string, string])[] = [
  [
    'policy p { allow: desk.read if args.n < 5 }',
    'policy p { allow: desk.read if args.n <= 5 }',
    'permissive desk.read deny → allow args.n=5',
  ],
  [
    `${ORDER}policy p { allow: desk.read if user.clearance >= "secret" }`,
    `${ORDER}policy p { allow: desk.read if user.clearance >= "confidential" }`,
    'permissive desk.read deny → allow user.clearance="confidential"',
  ],
  [
    'policy p { allow: desk.* deny: desk.write if context.door == "a" && args.x > 1 }',
    'policy p { allow: desk.* deny: desk.write if context.door == "a" && args.x > 2 }',
    'permissive desk.write deny → allow args.x=2 context.door="a"',
  ],
  [
    'policy p { allow: desk.read if principal.roles.contains("sales") && args has id }',
    'policy p { allow: desk.read if principal.roles.contains("sales") }',
    'permissive desk.read deny → allow principal.roles=["sales"]',
  ],
  [
    'policy p { allow: desk.* } policy q { require: session.mfa for desk.pay }',
    'policy p { allow: desk.* }',
    'permissive desk.pay deny → allow',
  ],
  [
    'policy p { allow: desk.read require: redact("email") }',
    'policy p { allow: desk.read }',
    'permissive desk.read allow, redact email → allow',
  ],
  [
    'policy p { allow: desk.read require: [redact("email"), max_rows(5)] }',
    'policy p { allow: desk.read require: redact("email") }',
    'permissive desk.read allow, max_rows 5, redact email → allow, redact email',
  ],
  [
    'policy p { allow: desk.read require: max_rows(5) }',
    'policy p { allow: desk.read require: redact("email") }',
    'different desk.read allow, max_rows 5 → allow, redact email',
  ],
  [
    `${BOSS}policy p { allow: desk.pay }`,
    `${BOSS}policy p { allow: desk.pay require: boss for desk.pay }`,
    'restrictive desk.pay allow → require approval, approval boss',
  ],
  [
    'policy p { allow: desk.read if args.path like "/srv/*" }',
    'policy p { allow: desk.read if args.path like "/srv/shared/*" }',
    'restrictive desk.read allow → deny args.path="/srv/x"',
  ],
  [
    'policy p { allow: memory.read("CRM.customers") }',
    'policy p { allow: memory.read("CRM.*") }',
    'permissive memory.read(CRM.another) deny → allow',
  ],
  [
    'policy p { allow: desk.read }',
    'policy p { allow: desk.* }',
    'permissive desk.another deny → allow',
  ],
  [
    'policy p { allow: desk.sum if any(args.rows, |r| r.level > 3) }',
    'policy p { allow: desk.sum if all(args.rows, |r| r.level > 3) }',
    'permissive desk.sum deny → allow args.rows=[]',
  ],
  [
    'policy p { allow: desk.sum if count(args.rows) < 3 }',
    'policy p { allow: desk.sum if count(args.rows) < 4 }',
    'permissive desk.sum deny → allow args.rows=["a","a","a"]',
  ],
  [
    'policy p { allow: desk.read if context.time during "Mon-Fri 09:00-17:00 Europe/Vienna" }',
    'policy p { allow: desk.read if context.time during "Mon-Fri 09:00-18:00 Europe/Vienna" }',
    `permissive desk.read deny → allow context.time=${Date.parse('2026-01-01T16:00:00Z')}`,
  ],
  [
    'policy p for agents("sales") { allow: desk.read }',
    'policy p for agents("sales", "billing-*") { allow: desk.read }',
    'permissive desk.read deny → allow principal.id="billing-x"',
  ],
  [
    'class bulk = [desk.export]\npolicy p { allow: desk.* deny: bulk }',
    'class bulk = [desk.export, desk.dump]\npolicy p { allow: desk.* deny: bulk }',
    'restrictive desk.dump allow → deny',
  ],
  [
    '@mode("observe") policy p { deny: desk.read } policy q { allow: desk.* }',
    'policy p { deny: desk.read } policy q { allow: desk.* }',
    'restrictive desk.read allow → deny',
  ],
  [
    'policy p { allow: desk.move if source.tier <= target.tier }',
    'policy p { allow: desk.move if source.tier < target.tier }',
    'restrictive desk.move allow → deny source.tier=0 target.tier=0',
  ],
  [
    'policy p { allow: desk.note if args.text.length() <= 10 }',
    'policy p { allow: desk.note if args.text.length() <= 11 }',
    'permissive desk.note deny → allow args.text="xxxxxxxxxxx"',
  ],
]

for (const [before, after, witness] of WITNESSED)
  test(`a witness is found: ${witness}`, () => {
    const { search } = diff(before, after)
    const found = search.witnesses.map(told)
    assert.ok(found.includes(witness), found.join('\n') || 'none was found')
    assert.equal(search.exhausted, true)
  })

const SILENT: readonly (readonly [string, string, string])[] = [
  [
    'space and comments',
    'policy p { allow: desk.read }',
    '# new\npolicy p {\n  allow: desk.read\n}',
  ],
  ['`when` for `if`', 'policy p { allow: t.x if args.a }', 'policy p { allow: t.x when args.a }'],
  ['a comma last', 'policy p { allow: [t.x, t.y] }', 'policy p { allow: [t.x, t.y,] }'],
  ['the order of rules', 'policy p { allow: t.x deny: t.y }', 'policy p { deny: t.y allow: t.x }'],
  [
    'the order of policies',
    'policy p { allow: t.x } policy q { deny: t.y }',
    'policy q { deny: t.y } policy p { allow: t.x }',
  ],
]

for (const [what, before, after] of SILENT)
  test(`${what} is no change`, () => {
    const { changes, search } = diff(before, after)
    assert.deepEqual([changes, search.witnesses], [[], []])
  })

test('a file that moves is no change, unless its folder attaches it', () => {
  const text = 'policy p { allow: t.x }'
  const at = (file: string) => version(text, `policies/${file}`)
  assert.deepEqual(policyDiff(at('a.policy'), at('teamwork/b.policy')).changes, [])
  const { changes, search } = policyDiff(at('a.policy'), at('agents/sales/a.policy'))
  assert.deepEqual(
    changes.map(({ kind, what }) => `${kind} ${what}`),
    ['changed policy'],
  )
  assert.deepEqual(search.witnesses.map(told), ['restrictive t.x allow → deny'])
})

test('parts that differ are told with their places, alike ones as changed', () => {
  const before = `${ORDER}policy p { allow: t.x if args.n < 5 deny: t.y }`
  const after = 'policy p {\n  allow: t.x if args.n < 6\n}\npolicy q { allow: t.z }'
  const changes = diff(before, after).changes.map(({ kind, owner, before: a, after: b }) => [
    ...[kind, owner, a?.text, b && `${b.line}: ${b.text}`],
  ])
  assert.deepEqual(changes, [
    [
      'removed',
      'order level',
      'order level { public < internal < confidential < secret }',
      undefined,
    ],
    ['changed', 'policy p', 'allow: t.x if args.n < 5', '2: allow: t.x if args.n < 6'],
    ['removed', 'policy p', 'deny: t.y', undefined],
    ['added', 'policy q', undefined, '4: policy q {'],
    ['added', 'policy q', undefined, '4: allow: t.z'],
  ])
})

test('what opens is told before what closes', () => {
  const { search } = diff('policy p { allow: t.a }', 'policy p { allow: t.b }')
  assert.deepEqual(search.witnesses.map(told), [
    'permissive t.b deny → allow',
    'restrictive t.a allow → deny',
  ])
})

test('a search without an end is ended, and says so', () => {
  const wide = (n: number) => {
    const names = Array.from({ length: 30 }, (_, at) => `args.a${at}`)
    return `policy p { allow: t.x if ${names.map((name) => `${name} > ${n}`).join(' && ')} }`
  }
  const { search } = diff(wide(1), wide(2))
  assert.equal(search.exhausted, false)
  assert.ok(search.witnesses.length > 0)
})
