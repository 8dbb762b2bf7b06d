import assert from 'node:assert/strict'
import test from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { MAX_ELEMENTS, MAX_RULES, MAX_VISITS } from './language/bounds.ts'
import { renderDiagnostic } from './language/diagnostics.ts'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'
import { EMPTY_POLICY_SET } from './policy-set.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

function load(...texts: readonly string[]) {
  const files = texts.map((text, index) => ({ file: `${index}.policy`, text }))
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  return set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n'))
}

function call(operation: string, attributes: JsonObject) {
  return { operation, resource: { type: 'tool', id: operation } as const, attributes }
}

test('the empty set denies and says that nothing is loaded', () => {
  const request = call('slack.post', {})
  const { effect, reason, version } = EMPTY_POLICY_SET.decide(request)
  assert.deepEqual([effect, reason], ['deny', 'nothing_loaded'])
  assert.match(version, /^sha256:[0-9a-f]{64}$/)
  assert.equal(EMPTY_POLICY_SET.mayAllow(request), false)
})

test('an error in one file refuses the whole set', () => {
  const files = [
    { file: 'good.policy', text: 'policy p { allow: t.x }' },
    { file: 'bad.policy', text: 'policy q { deny t.x }' },
  ]
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  assert.equal(set, undefined)
  assert.deepEqual(
    diagnostics.map(({ file }) => file),
    ['bad.policy'],
  )
})

test('orders are common to all files', () => {
  const set = load('policy p { allow: t.x if args.a < "high" }', 'order o { low < high }')
  assert.equal(set.decide(call('t.x', { args: { a: 'low' } })).effect, 'allow')
})

const REQUESTS_AND_SIGHT = [
  ['allow: t.x if principal.roles.contains("sales")', false],
  ['allow: t.x if principal.roles.contains("research")', true],
  ['allow: t.x if principal.roles.contains("research") && args.n < 5', true],
  ['allow: t.x if principal.roles.contains("sales") && args.n < 5', false],
  ['allow: t.x if principal.roles.contains(args.role)', true],
  ['allow: t.x if count(principal.roles, |r| r == args.role) == 1', true],
  ['allow: t.x if [args.role, "b"].contains("a")', true],
  ['allow: t.x if any(args.list, |x| x == 1) && principal.id == "y"', false],
  ['allow: t.x if args has ticket', true],
  ['allow: t.x if args.n + 1 > 5', true],
  ['allow: t.x deny: t.x if args.bad', true],
  ['allow: t.x deny: t.x if principal.suspended', false],
  ['allow: t.x deny: t.x if principal.id == "x" || args.bad', false],
  ['allow: t.x deny: t.x if principal.missing', false],
  ['allow: t.x require: principal.missing', false],
  ['allow: t.x require: args.ticket', true],
  ['allow: t.x require: session.secure for t.x', false],
  ['allow: t.x require: session.secure for t.x if args.risky', true],
  ['allow: t.y', false],
] as const

for (const [rules, seen] of REQUESTS_AND_SIGHT) {
  test(`under \`${rules}\` a tool is ${seen ? 'shown' : 'hidden'}`, () => {
    const principal = { id: 'x', roles: ['research'], suspended: true }
    const attributes = { principal, session: { secure: false }, args: {} }
    assert.equal(load(`policy p { ${rules} }`).mayAllow(call('t.x', attributes)), seen)
  })
}

test('the version changes with every token and every file name', () => {
  const version = (file: string, text: string) =>
    loadPolicies([{ file, text }], REGISTRY).set?.version
  const versions = [
    version('p.policy', 'policy p { allow: t.x if args.a == 1 }'),
    version('p.policy', 'policy p { allow: t.x if args.a == "1" }'),
    version('p.policy', 'policy p { allow: t.x if args.a == 2 }'),
    version('p.policy', 'policy p { allow: t.x if args.a != 1 }'),
    version('p.policy', 'policy p { deny: t.x if args.a == 1 }'),
    version('q.policy', 'policy p { allow: t.x if args.a == 1 }'),
    version('p.policy', 'policy p { allow: t.x if args.a == "\\u0031 " }'),
  ]
  assert.equal(new Set(versions).size, versions.length)
})

test('two spellings of one string are one version', () => {
  const [plain, escaped] = ['"é"', String.raw`"e\u0301"`].map(
    (text) => load(`policy p { deny: t.x if args.a == ${text} }`).version,
  )
  assert.equal(plain, escaped)
})

test('a list longer than the bound is an error, not a search', () => {
  const set = load('policy p { allow: t.x deny: t.x if args.list.contains("x") }')
  const list = Array.from({ length: MAX_ELEMENTS + 1 }, () => 'x')
  const { reason, errors } = set.decide(call('t.x', { args: { list } }))
  assert.equal(reason, 'deny_on_error')
  assert.match(errors[0]?.message ?? '', /more than 1000 elements/)
})

test('looking at too many elements in all is an error', () => {
  const guard = 'any(args.list, |a| any(args.list, |b| a + b < 0))'
  const set = load(`policy p { allow: t.x deny: t.x if ${guard} }`)
  const list = Array.from({ length: MAX_ELEMENTS }, (_, index) => index)
  const { reason, errors } = set.decide(call('t.x', { args: { list } }))
  assert.equal(reason, 'deny_on_error')
  assert.match(errors[0]?.message ?? '', new RegExp(`more than ${MAX_VISITS} elements`))
  const short = list.slice(0, 100)
  assert.equal(set.decide(call('t.x', { args: { list: short } })).effect, 'allow')
})

test('what one rule looks at is not held against the next', () => {
  const guard = (limit: number) => `any(args.list, |a| any(args.list, |b| a + b < ${limit}))`
  const set = load(`policy p { allow: t.x deny: t.x if ${guard(0)} deny: t.x if ${guard(-1)} }`)
  const list = Array.from({ length: 250 }, (_, index) => index)
  assert.equal(set.decide(call('t.x', { args: { list } })).effect, 'allow')
})

test('labels that two orders rank do not compare', () => {
  const orders = 'order up { low < high } order down { high < low } order one { low < top }'
  const set = load(`${orders} policy p { allow: t.x if args.a < args.b }`)
  const effect = (a: string, b: string) => set.decide(call('t.x', { args: { a, b } }))
  assert.equal(effect('low', 'top').effect, 'allow')
  assert.equal(effect('low', 'high').errors.length, 1)
  assert.equal(effect('high', 'top').errors.length, 1)
})

test('more rules than the bound are refused', () => {
  const rules = 'deny: t.x\n'.repeat(MAX_RULES / 2)
  const files = ['a', 'b', 'c'].map((name) => ({
    file: `${name}.policy`,
    text: `policy ${name} {\n${rules}}`,
  }))
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  assert.equal(set, undefined)
  assert.match(diagnostics[0]?.message ?? '', /more than 100000 rules/)
})

test('what is on the prototype is no attribute', () => {
  const set = load('policy p { allow: t.x if args.approved }')
  const polluted: { approved?: boolean } = Object.prototype
  polluted.approved = true
  try {
    assert.equal(set.decide(call('t.x', { args: {} })).reason, 'default_deny')
  } finally {
    delete polluted.approved
  }
})

test('a number that is not finite is an error', () => {
  const set = load('policy p { allow: t.x deny: t.x if args.n == 1 || args.n < 5 }')
  for (const n of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.equal(set.decide(call('t.x', { args: { n } })).reason, 'deny_on_error')
})

test('arithmetic beyond what a number holds is an error of its own', () => {
  const set = load('policy p { allow: t.x if args.n * args.n > 1 }')
  const { errors } = set.decide(call('t.x', { args: { n: 1e200 } }))
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['result is too large for a number'],
  )
})

test('an error of one clause is reported once however many allows meet it', () => {
  const set = load('policy p { allow: t.x allow: t.* require: session.ok }')
  assert.equal(set.decide(call('t.x', { session: {} })).errors.length, 1)
})

test('an absorbed error is not reported', () => {
  const set = load('policy p { allow: t.x if (args.gone && args.no) || args.bad || args.yes }')
  const args = { no: false, bad: 1, yes: true }
  assert.deepEqual(set.decide(call('t.x', { args })).errors, [])
  const { errors } = set.decide(call('t.x', { args: { ...args, yes: false } }))
  assert.deepEqual(
    errors.map(({ message, column }) => [message, column]),
    [['expected a boolean, found a number', 52]],
  )
})
