import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import {
  anyPolicies,
  type Drafts,
  draft,
  filesOf,
} from '../../../../test/policy-matrix/arbitrary/policies.ts'
import { request as anyRequest } from '../../../../test/policy-matrix/arbitrary/requests.ts'
import { REGISTRY } from '../../../../test/policy-matrix/registry.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { checkPolicies } from '../check/check-policies.ts'
import { decide } from '../decide.ts'
import { parsePolicyFile } from '../language/parser.ts'
import { sortedByFile } from '../load/changes.ts'
import { mayAllow } from '../may-allow.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { AttributeTable } from './attribute-table.ts'
import { About, Bucket } from './bucket.ts'
import { Compiling } from './compile-policies.ts'
import { RuleIndex, rulesOf } from './rule-index.ts'
import { Trial } from './trial.ts'

/** Tests that rules are found by and tests that are run as numbers, each with its borders. */
const conjunct = fc.constantFrom(
  ...['args.s == "x"', '"x" == args.any', 'input.s != "x"', '!(args.s == "xy")', 'args.s == "xy"'],
  ...['args.s in ["x", "xy"]', '["x", "admin"].contains(args.any)', 'args.s in ["x", args.any]'],
  ...['args.s == "x" || args.s == "xy"', 'args.s == "x" || args.n == 1', 'args.deep.n == 1'],
  ...['principal.roles.contains("x")', '"admin" in principal.roles', '!args.tags.contains("x")'],
  ...['args.tags.contains("x") || args.tags.contains("xy")', 'input.tags.contains("x")'],
  ...['args.n < 1', 'args.n <= 1', '1 < args.n', '1 <= args.any', 'args.n == 1', 'args.any != 1'],
  ...['args.label >= "internal"', '"secret" > args.label', 'args.any < "secret"'],
  ...['session.ok', '!session.ok', 'args.flag == false', 'args.flag != true', 'args.any == true'],
  ...['any(args.tags, |e| e == "x")', 'args.tags.containsAny(principal.roles)', 'args has any'],
)
const guard = fc
  .tuple(fc.constantFrom('if', 'unless'), fc.array(conjunct, { minLength: 1, maxLength: 4 }))
  .map(([word, conjuncts]) => `${word} ${conjuncts.map((it) => `(${it})`).join(' && ')}`)
const head = fc.constantFrom(
  'deny',
  'allow',
  'allow',
  'require: redact("email") for',
  'audit: note for',
)
const target = fc.constantFrom(
  'slack.post',
  '[slack.post, slack.*]',
  'memory.*("C*")',
  '*',
  'urgent',
)
const rule = fc
  .tuple(head, target, guard)
  .filter(
    ([kind, , text]) => kind === 'deny' || !(text.startsWith('unless') && text.includes('has')),
  )
  .map(([kind, to, text]) => `${kind}${kind.includes(':') ? '' : ':'} ${to} ${text}`)
const manyRules = fc.uniqueArray(rule, { minLength: 6, maxLength: 40 })
const manyPolicies = fc.array(
  manyRules.map((rules) => draft(rules)),
  { minLength: 1, maxLength: 3 },
)

function compiled(policies: Drafts) {
  const files = sortedByFile(filesOf(policies))
  const parsed = files.map(({ file, text }) => parsePolicyFile(file, text))
  const { set, diagnostics } = checkPolicies(parsed, REGISTRY)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  assert.deepEqual([...parsed.flatMap((it) => it.diagnostics), ...errors], [])
  const compiling = new Compiling(set.orders)
  const { table } = compiling
  const { enforced } = compiling.policies(set.policies)
  const rules = rulesOf(enforced)
  return { index: RuleIndex.of(rules, table), plain: RuleIndex.of(rules), trial: new Trial(table) }
}

/** Every form of the same decision: with the index, and by looking at each rule. */
function compare(policies: Drafts, requests: readonly PolicyRequest[]) {
  const { index, plain, trial } = compiled(policies)
  for (const request of requests) {
    const { operation, resource } = request
    const about = index.about(operation, resource.id)
    const indexed = decide(about, { request, version: '' }, trial)
    const all = plain.about(operation, resource.id)
    assert.deepEqual(indexed, decide(all, { request, version: '' }, trial))
    const together = new About([new Bucket(plain.find(operation, resource.id))])
    const another = new Trial(new AttributeTable())
    assert.deepEqual(indexed, decide(together, { request, version: '' }, another))
    assert.equal(mayAllow(about, request, trial), mayAllow(together, request, another))
  }
}

test('a decision with the index is that without it, near misses and errors too', () => {
  const requests = fc.array(anyRequest, { minLength: 1, maxLength: 8 })
  fc.assert(fc.property(manyPolicies, requests, compare), {
    numRuns: 300,
  })
})

test('the same for rules of every other shape', () => {
  const requests = fc.array(anyRequest, { minLength: 1, maxLength: 4 })
  fc.assert(fc.property(anyPolicies, requests, compare), { numRuns: 300 })
})

const MANY = Array.from(
  { length: 20 },
  (_, n) => `${n % 4 === 0 ? 'deny' : 'allow'}: slack.post if args.a == "x${n}" && args.b == ${n}`,
)

function asked(args: JsonObject): PolicyRequest {
  const resource = { type: 'tool', id: 'slack.post' } as const
  return { operation: 'slack.post', resource, attributes: { args } }
}

test('a deny in error denies though another rule is found by what the request holds', () => {
  const { index, trial } = compiled([draft(MANY)])
  const about = index.about('slack.post', 'slack.post')
  const decided = (args: JsonObject) => decide(about, { request: asked(args), version: '' }, trial)
  assert.equal(decided({ a: 'x1', b: 1 }).reason, 'allowed')
  assert.equal(decided({ a: 'x4', b: 4 }).reason, 'explicit_deny')
  assert.equal(decided({ a: 'x4', b: '4' }).reason, 'deny_on_error')
  for (const a of [null, 1, ['x1'], { x: 1 }] satisfies JsonValue[])
    assert.equal(decided({ a, b: 1 }).reason, 'default_deny')
  assert.equal(decided({ a: 1, b: 4 }).reason, 'deny_on_error')
  assert.equal(decided({ b: 8 }).errors.length, 1)
})

test('a name on the prototype of a request is not an attribute of it', () => {
  const { index, trial } = compiled([draft(MANY)])
  const about = index.about('slack.post', 'slack.post')
  const decided = (args: JsonObject) => decide(about, { request: asked(args), version: '' }, trial)
  const polluted = Object.prototype as unknown as Record<string, unknown>
  try {
    polluted.a = 'x1'
    polluted.b = 1
    assert.equal(decided({}).reason, 'deny_on_error')
    assert.equal(decided({ a: 'x1' }).reason, 'default_deny')
  } finally {
    delete polluted.a
    delete polluted.b
  }
  const inherited = JSON.parse('{ "__proto__": { "a": "x1", "b": 1 } }')
  assert.equal(decided(inherited).reason, 'deny_on_error')
  assert.equal(decided({ a: 'x1', b: 1 }).reason, 'allowed')
})

test('nothing that a decision read is left for the next one', () => {
  const { index, trial } = compiled([draft(MANY)])
  const about = index.about('slack.post', 'slack.post')
  decide(about, { request: asked({ a: 'of the caller', b: 1 }), version: '' }, trial)
  assert.doesNotMatch(inspect(trial, { depth: 9 }), /of the caller/)
  assert.deepEqual(trial.attributes, {})
  const { reason } = decide(about, { request: asked({}), version: '' }, trial)
  assert.equal(reason, 'deny_on_error')
})
