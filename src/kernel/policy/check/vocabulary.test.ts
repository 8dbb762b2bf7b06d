import assert from 'node:assert/strict'
import test from 'node:test'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => true })

function said(text: string, file = 'policies/p.policy'): readonly string[] {
  return loadPolicies([{ file, text }], REGISTRY).diagnostics.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`,
  )
}

const SOUND = [
  'class read = ["read", memory.read] policy p { allow: read }',
  'class slow when operation.seconds > 60 policy p { deny: slow }',
  'class slow = t.* when operation.seconds > 60 policy p { deny: [slow, u.x] }',
  'resource class crm = ["CRM.*"] policy p { allow: memory.read(crm) }',
  'operation read policy p { allow: read(data) if data.public }',
  'approval boss { approver: team("risk") } policy p { allow: t.x require: boss }',
  'approval boss { approver: role("a"), ttl: 1h, escalate: role("b") after 5m, not: nobody, }',
  'obligation x policy p { allow: t.x require: x }',
  'obligation x policy p { allow: t.x require: { x: true } }',
  'obligation x policy p { allow: t.x require: x = "anything" }',
  'obligation x in [1, 2] policy p { allow: t.x require: x = 2 }',
  'type user { name: string, tags: [string], more?: { level: number ... } }',
  'order o { a < b } type user { rank: o } policy p { allow: t.x if user.rank >= "b" }',
  'operation t.x { path: string } policy p { deny: t.x if args.path like "/etc/*" }',
  'operation t.x { path: string } policy p { deny: t.x if input.path.length() > 9 }',
  'type user { a?: number } policy p { deny: t.x if user has a && user.a > 1 }',
  'type user { a?: number } policy p { deny: t.x if !(user has a) || user.a > 1 }',
  'policy p for agents("sales", "billing-*"), tools("crm") { allow: * }',
  'policy p for memory("CRM.*") { deny: * }',
  '@mode("observe") @reason("why") @description("what") policy p { @reason("r") deny: t.x }',
  'policy p { allow: ["a", "b"] if input.length() < 10000 audit: { level: "info", on: true } }',
  'policy p { deny: t.x if context.time during "Mon-Fri 09:00-17:00 Europe/Vienna" }',
  'policy p { allow: egress.connect("api.example.com") allow: model.invoke("claude-*") }',
]

for (const text of SOUND)
  test(`sound: ${text}`, () => {
    assert.deepEqual(
      said(text).filter((it) => it.includes('error')),
      [],
    )
  })

const WRONG: readonly (readonly [string, string])[] = [
  ['class a = [x]', '1:12 error: `x` is no operation'],
  ['class a = [t.x] class a = [t.y]', '1:23 error: a second class `a`'],
  ['operation a class a = [t.y]', '1:19 error: a second class `a`'],
  ['operation t.*', '1:11 error: an operation is declared by its whole name'],
  ['class a when x.y', '1:14 error: unknown root `x`'],
  [
    'class a when !(user has b)',
    '1:15 error: a missing attribute must not open anything: `has` is negated here',
  ],
  ['approval a { quorum: 1 }', '1:10 error: an approval says who approves'],
  ['approval a { approver: "x" }', '1:24 error: expected who may approve'],
  [
    'approval a { approver: role("x"), quorum: 0 }',
    '1:43 error: `quorum` is a whole number from 1 to 20',
  ],
  [
    'approval a { approver: role("x"), ttl: 8d }',
    '1:40 error: `ttl` is a whole number from 1 to 604800000',
  ],
  ['approval a { approver: role("x"), not: me }', '1:40 error: expected `requester` or `nobody`'],
  ['approval a { approver: role("x"), who: 1 }', '1:35 error: unknown setting `who`'],
  [
    'approval a { approver: role("x"), escalate: role("y") }',
    '1:45 error: expected after how long, within `ttl`',
  ],
  [
    'approval a { approver: role("x") } obligation a',
    '1:47 error: a second approval or obligation `a`',
  ],
  ['obligation redact', '1:12 error: `redact` is built in'],
  ['obligation a in []', '1:12 error: the list of values is empty'],
  ['obligation a in [1, 1]', '1:21 error: this value stands here twice'],
  ['type usr { a: string }', '1:6 error: unknown root `usr`'],
  ['type user { a: strin }', '1:16 error: unknown type `strin`'],
  ['type user { a: string, a: number }', '1:24 error: attribute `a` stands here twice'],
  ['type user { constructor: string }', '1:13 error: `constructor` cannot be an attribute'],
  [
    'type user { a: string } policy p { deny: t.x if user.b }',
    '1:54 error: `user` has no attribute `b`',
  ],
  [
    'type user { a: string } policy p { deny: t.x if user.a > 1 }',
    '1:49 error: values of different types do not compare',
  ],
  [
    'type user { a: [number] } policy p { deny: t.x if user.a.contains(user.a) }',
    '1:67 error: a list of a number cannot hold a list',
  ],
  [
    'type user { a?: bool } policy p { deny: t.x if user.a }',
    '1:53 error: `user.a` is optional, and without it this denies',
  ],
  [
    'type user { a?: bool } policy p { allow: t.x if user.a }',
    '1:54 warning: `user.a` is optional, and without it this never allows',
  ],
  [
    'order o { a < b } type user { r: o } policy p { deny: t.x if user.r == "c" }',
    '1:72 error: the order `o` has no label `c`',
  ],
  [
    'order o { a < b } order q { a < c } type user { r: o, s: q } class c if user.r == user.s',
    '1:73 error: labels of different orders do not compare',
  ],
  [
    'operation t.x { a: string } policy p { deny: t.x if args.b }',
    '1:58 error: `args` has no attribute `b`',
  ],
  ['policy p { allow: read }', '1:19 error: unknown operation `read`'],
  [
    'operation read policy p { allow: read(secrets) }',
    '1:39 error: unknown resource class `secrets`',
  ],
  ['policy p for agent("a") { allow: t.x }', '1:14 error: a policy is not for `agent`'],
  [
    'policy p for tools("crm") { allow: slack.post }',
    '1:36 error: no request can be both this and what the policy is attached to',
  ],
  [
    'policy p { allow: t.x require: audit_trail = "loud" }',
    '1:46 error: `audit_trail` is one of "basic", "detailed"',
  ],
  [
    'policy p { allow: t.x require: max_rows(0) }',
    '1:41 error: expected a whole number, at least 1',
  ],
  ['policy p { allow: t.x require: rate_limit(60) }', '1:32 error: expected a time, as `1m`'],
  ['policy p { allow: t.x require: spend("", 1) }', '1:38 error: expected a budget’s name'],
  [
    'policy p { allow: t.x require: mask("args.a", 99) }',
    '1:47 error: how much is kept is a whole number up to 64',
  ],
  ['policy p { allow: t.x require: step_up(1) }', '1:40 error: expected a method, as "mfa"'],
  [
    'obligation x in [1, 2] policy p { allow: t.x require: x = 3 }',
    '1:59 error: `x` has no value `3`',
  ],
  ['policy p { deny: t.x deny: t.x }', '1:22 error: the same rule twice'],
  [
    'policy p { deny: t.x if context.time during "Mo 9-17" }',
    '1:25 error: `Mo` is no day, time, date or time zone',
  ],
  ['@mode("off") policy p { deny: t.x }', '1:1 error: a mode is "enforce" or "observe"'],
]

for (const [text, expected] of WRONG)
  test(`refused: ${text}`, () => {
    assert.ok(said(text).includes(expected), said(text).join('\n'))
  })

test('a file for nobody in particular does not stand among those for somebody', () => {
  const found = said('policy p { allow: t.x }', 'policies/agents/p.policy')
  assert.deepEqual(found, ['1:1 error: for which of the agents is this?'])
})
