import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../../kernel/json/value.ts'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../kernel/policy/load-policies.ts'
import { obligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import { cedar } from './cedar-language.ts'

const REGISTRY = obligationRegistry({ patterns: ['email', 'phone'], checkField: () => undefined })

/** Loads files by name; those that end `.policy` are ours. */
function load(files: Readonly<Record<string, string>>) {
  const all = Object.entries(files).map(([file, text]) => ({ file, text }))
  const ours = all.filter(({ file }) => file.endsWith('.policy'))
  const others = all.filter(({ file }) => !file.endsWith('.policy'))
  return loadPolicies([...ours, ...others], REGISTRY, { outside: cedar })
}

function loaded(files: Readonly<Record<string, string>>): PolicySet {
  const { set, diagnostics } = load(files)
  assert.deepEqual(diagnostics.map(renderDiagnostic), [])
  assert.ok(set)
  return set
}

function ask(set: PolicySet, args: JsonObject = {}, others: JsonObject = {}) {
  return set.decide(request(args, others))
}

function request(args: JsonObject, others: JsonObject = {}, operation = 'slack.post') {
  const principal = { kind: 'agent', id: 'sales', roles: ['sales', 'writers'] }
  const attributes = { principal, args, context: { time: 7 }, session: { ok: true }, ...others }
  return { operation, resource: { type: 'tool', id: operation } as const, attributes }
}

const PERMIT = 'permit(principal, action, resource);\n'

const DECISIONS: readonly (readonly [string, string, JsonObject, string])[] = [
  ['a permit that holds allows', PERMIT, {}, 'allow allowed'],
  [
    'nothing that holds denies',
    'permit(principal, action, resource) when { false };',
    {},
    'deny default_deny',
  ],
  [
    'a forbid that holds denies',
    `${PERMIT}forbid(principal, action, resource);`,
    {},
    'deny explicit_deny',
  ],
  [
    'a forbid in error denies',
    `${PERMIT}forbid(principal, action, resource) when { context.input.to in Role::"x" };`,
    { to: 'x' },
    'deny deny_on_error',
  ],
  [
    'a forbid that misses an attribute denies',
    `${PERMIT}forbid(principal, action, resource) when { context.input.n > 3 };`,
    {},
    'deny deny_on_error',
  ],
  [
    'a forbid that does not hold has no effect',
    `${PERMIT}forbid(principal, action, resource) when { context.input.n > 3 };`,
    { n: 3 },
    'allow allowed',
  ],
  [
    'a forbid in error about something else has no effect',
    `${PERMIT}forbid(principal, action == Action::"files.read", resource) when { context.nope };`,
    {},
    'allow allowed',
  ],
  [
    'a permit in error does not allow',
    'permit(principal, action, resource) when { context.input.n > 3 };',
    {},
    'deny default_deny',
  ],
  [
    'roles are parents',
    'permit(principal in Role::"writers", action, resource);',
    {},
    'allow allowed',
  ],
  [
    'other roles are not',
    'permit(principal in Role::"admins", action, resource);',
    {},
    'deny default_deny',
  ],
  [
    'the agent by name',
    'permit(principal == Agent::"sales", action, resource);',
    {},
    'allow allowed',
  ],
  [
    'the tool is in its server',
    'permit(principal is Agent, action, resource in Server::"slack");',
    {},
    'allow allowed',
  ],
  [
    'the tool itself',
    'permit(principal, action == Action::"slack.post", resource == Tool::"slack.post");',
    {},
    'allow allowed',
  ],
  [
    'one action of several',
    'permit(principal, action in [Action::"a", Action::"slack.post"], resource);',
    {},
    'allow allowed',
  ],
  [
    'attributes of the principal',
    'permit(principal, action, resource) when { principal.roles.contains("sales") };',
    {},
    'allow allowed',
  ],
  [
    'other roots under context',
    'permit(principal, action, resource) when { context.session.ok && context.time == 7 };',
    {},
    'allow allowed',
  ],
  [
    'null is nothing',
    `${PERMIT}forbid(principal, action, resource) when { context.input has n };`,
    { n: null },
    'allow allowed',
  ],
  [
    'fractions are decimals',
    'permit(principal, action, resource) when { context.input.n.lessThan(decimal("1.6")) };',
    { n: 1.5 },
    'allow allowed',
  ],
  [
    'a number beyond a long is there',
    `${PERMIT}forbid(principal, action, resource) when { context.input has n };`,
    { n: 1e300 },
    'deny explicit_deny',
  ],
  [
    'a number beyond a long cannot be compared',
    `${PERMIT}forbid(principal, action, resource) when { context.input.n > 5 };`,
    { n: 1e300 },
    'deny deny_on_error',
  ],
]

for (const [what, text, args, expected] of DECISIONS)
  test(`${what}`, () => {
    const { effect, reason } = ask(loaded({ 'a.cedar': text }), args)
    assert.equal(`${effect} ${reason}`, expected)
  })

test('arguments nested deeper than Cedar reads deny', () => {
  const set = loaded({ 'a.cedar': `${PERMIT}forbid(principal, action, resource) when { false };` })
  let deep: JsonObject = {}
  for (let level = 0; level < 300; level++) deep = { deep }
  assert.equal(ask(set, deep).reason, 'deny_on_error')
  assert.equal(ask(loaded({ 'a.cedar': PERMIT }), deep).reason, 'default_deny')
})

test('a decision names policies by id, with their place and sentence', () => {
  const text =
    '// é\n@id("no_general")\n@reason("not there")\n  forbid(principal, action, resource)\n' +
    '  when { context.input.to == "général" };'
  const { determining } = ask(loaded({ 'cedar/a.cedar': PERMIT + text }), { to: 'général' })
  const [{ text: line, ...ref }] = determining as [(typeof determining)[0]]
  assert.deepEqual(ref, {
    policy: 'no_general',
    rule: 'deny',
    file: 'cedar/a.cedar',
    line: 5,
    column: 3,
    says: 'not there',
  })
  assert.equal(line, '  forbid(principal, action, resource)')
})

test('an error names its place, and no value', () => {
  const text = `${PERMIT}forbid(principal, action, resource) when {\n  /* */ };`.replace(
    '/* */',
    'context.input["é"] + 9223372036854775807 > 1',
  )
  const { errors } = ask(loaded({ 'a.cedar': text }), { é: 77123 })
  assert.deepEqual(
    errors.map(({ file, line, column }) => [file, line, column]),
    [['a.cedar', 3, 3]],
  )
  assert.doesNotMatch(JSON.stringify(errors), /77123/)
})

test('ours and Cedar’s combine: deny wins from either side, each alone allows', () => {
  const allow = 'policy p { allow: slack.post if args.a }'
  const files = {
    'a.cedar':
      'permit(principal, action, resource) when { context.input.c };\n' +
      'forbid(principal, action, resource) when { context.input.f };',
    'p.policy': `${allow} policy q { deny: * if args.d }`,
  }
  const set = loaded(files)
  const off = { a: false, c: false, d: false, f: false }
  for (const [on, expected] of Object.entries({ a: 'allow', c: 'allow', d: 'deny', f: 'deny' }))
    assert.equal(ask(set, { ...off, [on]: true }).effect, expected, on)
  assert.equal(ask(set, off).reason, 'default_deny')
  assert.equal(ask(set, { ...off, a: true, f: true }).reason, 'explicit_deny')
  assert.equal(ask(set, { ...off, c: true, d: true }).reason, 'explicit_deny')
  assert.equal(ask(set, { ...off, a: true, c: true }).determining.length, 2)
})

test('a requirement for a target binds what Cedar permits', () => {
  const set = loaded({
    'a.cedar': PERMIT,
    'p.policy': 'policy p { require: redact("email") for slack.* require: [session.ok] for * }',
  })
  assert.equal(ask(set).effect, 'allow_with_conditions')
  assert.equal(ask(set, {}, { session: { ok: false } }).reason, 'requirement_unmet')
})

test('obligations of every permit that holds are demanded, each once', () => {
  const text = '@obligation("redact(\\"email\\")") permit(principal, action, resource);\n'
  const more =
    '@obligation("redact(\\"phone\\"), redact(\\"email\\")")\n' +
    PERMIT +
    '@obligation("redact(\\"args.x\\")") permit(principal, action, resource) when { false };'
  const { effect, obligations } = ask(loaded({ 'a.cedar': text + more }))
  assert.equal(effect, 'allow_with_conditions')
  const demanded = obligations.map(({ obligation, source }) => [
    JSON.stringify(obligation),
    source.line,
    source.column,
  ])
  assert.deepEqual(demanded, [
    ['{"kind":"redact","fields":[],"patterns":["email"]}', 1, 1],
    ['{"kind":"redact","fields":[],"patterns":["phone"]}', 2, 1],
  ])
})

test('a tool is hidden only where no arguments could be permitted', () => {
  const visible = (text: string) => loaded({ 'a.cedar': text }).mayAllow(request({}))
  assert.equal(visible(PERMIT), true)
  assert.equal(visible('permit(principal, action, resource) when { context.input.n > 3 };'), true)
  assert.equal(visible('permit(principal, action, resource) when { context.session.nope };'), false)
  assert.equal(visible('permit(principal in Role::"admins", action, resource);'), false)
  assert.equal(visible(`${PERMIT}forbid(principal, action, resource);`), false)
  assert.equal(
    visible(`${PERMIT}forbid(principal, action, resource) when { context.nope };`),
    false,
  )
  assert.equal(
    visible(`${PERMIT}forbid(principal, action, resource) unless { context.input.ok };`),
    true,
  )
  assert.equal(
    visible(`${PERMIT}forbid(principal, action, resource) when { context == {} };`),
    true,
  )
})

test('the version covers both', () => {
  const versions = [
    { 'p.policy': 'policy p { allow: a.b }' },
    { 'p.policy': 'policy p { allow: a.b }', 'a.cedar': PERMIT },
    { 'p.policy': 'policy p { allow: a.c }', 'a.cedar': PERMIT },
    { 'p.policy': 'policy p { allow: a.c }', 'a.cedar': `${PERMIT}${PERMIT}` },
  ].map((files) => loaded(files).version)
  assert.equal(new Set(versions).size, 4)
})

test('records are not filtered where Cedar has a say: a plan without it would permit more', () => {
  const set = loaded({ 'p.policy': 'policy p { allow: slack.post }', 'a.cedar': PERMIT })
  assert.throws(() => set.plan(request({})), { code: 'CEDAR_NO_PLAN' })
})
