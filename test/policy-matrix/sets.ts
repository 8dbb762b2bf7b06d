import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { decide } from '../../src/kernel/policy/decide.ts'
import { AttributeTable } from '../../src/kernel/policy/evaluate/attribute-table.ts'
import { RuleIndex, rulesOf } from '../../src/kernel/policy/evaluate/rule-index.ts'
import { Trial } from '../../src/kernel/policy/evaluate/trial.ts'
import { sourceOf } from '../../src/kernel/policy/language/source.ts'
import type { LoadedPolicies, PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { mayAllow } from '../../src/kernel/policy/may-allow.ts'
import type { OutsideLanguage, SettledRule } from '../../src/kernel/policy/outside.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import { loaded } from './differential.ts'
import { REGISTRY } from './registry.ts'
import type { VectorTest } from './vectors.ts'

/**
 * What holds of a set whatever it decides: it may have come about by changes, another language may
 * have a say beside it, and the closures alone decide as its tests of numbers do.
 */
export function setTests(): readonly VectorTest[] {
  return [
    { name: 'sets: changed step by step, a set is what it is when loaded anew', run: changes },
    {
      name: 'sets: closures alone, with attributes looked up afresh, decide the same',
      run: closures,
    },
    { name: 'sets: what another language says counts as rules of ours', run: beside },
    { name: 'sets: a plan is made of a set alone, and not beside another language', run: planned },
  ]
}

function asked(operation: string, args: JsonObject): PolicyRequest {
  return { operation, resource: { type: 'tool', id: operation }, attributes: { args } }
}

const REQUESTS: readonly PolicyRequest[] = [
  ...[asked('t.x', { a: true, b: false }), asked('t.x', { a: 'x', b: true }), asked('t.x', {})],
  ...[asked('t.y', { a: true }), asked('t.z', { n: 2, s: 'x' }), asked('u.x', { n: 1 })],
]

/**
 * The file and what it says from then on; nothing when it goes. A deny without a condition would
 * have all files loaded anew.
 */
const STEPS: readonly (readonly [file: string, rules?: string])[] = [
  ['b', 'deny: t.y if args.a allow: t.* if args.n > 1 && args.s == "x"'],
  ['w', 'OBSERVED deny: t.x if args.a'],
  ['w', 'OBSERVED deny: t.* if args.b allow: u.x'],
  ['a', 'allow: [t.x, t.*] if args.a require: redact("email") for t.x if args.b'],
  ['b', 'deny: t.x if args.b'],
  ['w'],
  ['c', 'allow: u.* if args.n == 1 audit: seen for u.x'],
  ['w', 'OBSERVED require: [(args.s == "y")] for t.z'],
  ['b'],
  ['c', 'deny: u.x if args.n == 1'],
]

function changes(): void {
  let files: readonly PolicyText[] = [
    fileOf('a', 'allow: t.x if args.a'),
    fileOf('b', 'deny: t.y if args.a'),
  ]
  let before = loadPolicies(files, REGISTRY)
  for (const [name, rules] of STEPS) {
    const others = files.filter(({ file }) => file !== `${name}.policy`)
    files = rules === undefined ? others : [...others, fileOf(name, rules)]
    before = loadPolicies(files, REGISTRY, { previous: before })
    assert.deepEqual(seenOf(setOf(before)), seenOf(loaded(files)))
  }
}

function fileOf(name: string, rules: string): PolicyText {
  const observed = rules.startsWith('OBSERVED') ? '@mode("observe") ' : ''
  const text = `${observed}policy ${name} { ${rules.replace('OBSERVED', '')} }`
  return { file: `${name}.policy`, text }
}

function setOf({ set, diagnostics }: LoadedPolicies): PolicySet {
  return set ?? assert.fail(JSON.stringify(diagnostics))
}

function seenOf(set: PolicySet) {
  const { version, ruleCount } = set
  const seen = REQUESTS.map((one) => [set.decide(one), set.mayAllow(one), set.explain(one)])
  return { version, ruleCount, seen }
}

const CLOSED: readonly PolicyText[] = [
  fileOf('a', 'allow: t.x if args.a allow: t.z if args.n > 1 && args.s in ["x"]'),
  fileOf('b', 'deny: t.* if args.b && args.n.m == 1 require: [(args.s == "x")] for t.z'),
]

/** With the table of another set, nothing that a trial holds is taken for what a closure asks. */
function closures(): void {
  const set = loaded(CLOSED)
  const index = RuleIndex.of(rulesOf(set.compiled.enforced))
  const trial = new Trial(new AttributeTable())
  for (const request of REQUESTS) {
    const about = index.about(request.operation, request.resource.id)
    const { version } = set
    assert.deepEqual(decide(about, { request, version }, trial), set.decide(request))
    assert.deepEqual([trial.busy, trial.attributes], [false, {}])
    assert.equal(mayAllow(about, request, trial), set.mayAllow(request))
    assert.deepEqual([trial.busy, trial.attributes], [false, {}])
  }
}

const OURS: PolicyText = { file: 'p.policy', text: 'policy p { allow: t.x if args.a deny: t.y }' }
const THEIRS: PolicyText = { file: 'q.other', text: 'them' }

/** What it says of `t.x`, and of a request with its arguments open. */
interface Said {
  readonly rule: 'allow' | 'deny'
  readonly outcome: SettledRule['outcome']
  readonly foreseen: SettledRule['outcome']
}

function saying(said: readonly Said[]): OutsideLanguage {
  const settled = (outcome: 'outcome' | 'foreseen') => (request: PolicyRequest) =>
    request.operation === 't.x' ? said.map((one) => settledRule(one.rule, one[outcome])) : []
  const policies = {
    ...{ ruleCount: said.length, fingerprint: JSON.stringify(said) },
    ...{ judge: settled('outcome'), foresee: settled('foreseen') },
  }
  return { endings: ['.other'], load: () => ({ policies, diagnostics: [] }) }
}

function settledRule(rule: 'allow' | 'deny', outcome: SettledRule['outcome']): SettledRule {
  const { file, text } = THEIRS
  const place = { file, line: 1, column: 1, text }
  const ref = { policy: 'them', rule, ...place }
  const demands = { source: ref, obligations: [], approvals: [] }
  return { ref, source: sourceOf(file, text), at: { start: 0, end: 1 }, outcome, demands }
}

interface Beside {
  readonly said: readonly Said[]
  readonly args: JsonObject
  readonly reason: string
  readonly shown: boolean
}

const BESIDE: readonly Beside[] = [
  { said: [allowing('true')], args: {}, reason: 'allowed', shown: true },
  { said: [allowing('false')], args: { a: false }, reason: 'default_deny', shown: true },
  { said: [denying('true')], args: { a: true }, reason: 'explicit_deny', shown: false },
  { said: [denying('error', 'open')], args: { a: true }, reason: 'deny_on_error', shown: true },
  { said: [allowing('true'), denying('false')], args: {}, reason: 'allowed', shown: true },
]

function allowing(outcome: Said['outcome'], foreseen: Said['outcome'] = outcome): Said {
  return { rule: 'allow', outcome, foreseen }
}

function denying(outcome: Said['outcome'], foreseen: Said['outcome'] = outcome): Said {
  return { rule: 'deny', outcome, foreseen }
}

function beside(): void {
  const alone = loaded([OURS])
  const nobody = loadPolicies([THEIRS], REGISTRY, { outside: saying([allowing('true')]) })
  assert.equal(setOf(nobody).decide(asked('t.x', {})).reason, 'allowed')
  for (const { said, args, reason, shown } of BESIDE) {
    const outside = saying(said)
    const joint = loadPolicies([OURS, THEIRS], REGISTRY, { outside })
    const set = setOf(joint)
    assert.equal(set.ruleCount, alone.ruleCount + said.length)
    assert.notEqual(set.version, alone.version)
    const request = asked('t.x', args)
    const { decision, rules } = set.explain(request)
    assert.deepEqual(decision, set.decide(request))
    assert.equal(decision.reason, reason)
    assert.deepEqual(
      rules.map(({ ref }) => ref.policy),
      ['p', ...said.map(() => 'them')],
    )
    assert.equal(set.mayAllow(request), shown)
    const other = asked('t.y', {})
    assert.equal(set.decide(other).reason, 'explicit_deny')
    // It goes, and what it said goes with it.
    const after = setOf(loadPolicies([OURS], REGISTRY, { outside, previous: joint }))
    assert.deepEqual(seenOf(after), seenOf(alone))
  }
}

function planned(): void {
  const request = asked('t.x', { a: true })
  const set = loaded([OURS])
  const { kind, version } = set.plan(request)
  assert.deepEqual([kind, version], ['always', set.version])
  assert.equal(set.plan(request, { unknown: ['args'] }).kind, 'if')
  const joint = loadPolicies([OURS, THEIRS], REGISTRY, { outside: saying([denying('true')]) })
  assert.throws(() => setOf(joint).plan(request), {
    code: 'CEDAR_NO_PLAN',
    message: /another language/u,
  })
}
