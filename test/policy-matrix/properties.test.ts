import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { isJsonObject } from '../../src/kernel/json/value.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import { allowText, argsValue, denyText, filesOf, policiesText, request } from './arbitrary.ts'
import { referenceDecide } from './reference.ts'
import { REGISTRY } from './registry.ts'

const RUNS = { numRuns: 1_000 }
const ANY_POLICIES = policiesText({ requirements: true })
const PLAIN_POLICIES = policiesText({ requirements: false })

type Policies = readonly (readonly string[])[]

function load(policies: Policies): PolicySet {
  const { set, diagnostics } = loadPolicies(filesOf(policies), REGISTRY)
  return set ?? assert.fail(diagnostics.map(renderDiagnostic).join('\n'))
}

function permits(set: PolicySet, asked: PolicyRequest): boolean {
  return set.decide(asked).effect !== 'deny'
}

function property<Ts extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  predicate: (...args: Ts) => void,
): void {
  test(name, () => fc.assert(fc.property(...arbitraries, predicate), RUNS))
}

property('the engine agrees with the reference', [ANY_POLICIES, request], (policies, asked) => {
  const { effect, reason } = load(policies).decide(asked)
  const reference = referenceDecide(
    filesOf(policies).map(({ text }) => text),
    asked,
  )
  assert.deepEqual({ effect: effect === 'deny' ? 'deny' : 'allow', reason }, reference)
})

property('a deny that applies trumps every allow', [ANY_POLICIES, request], (policies, asked) => {
  const denied = load([...policies, [`deny: "${asked.operation}"`]])
  assert.equal(denied.decide(asked).reason, 'explicit_deny')
})

property('without an allow nothing is allowed', [PLAIN_POLICIES, request], (policies, asked) => {
  const denies = policies.map((rules) => rules.filter((rule) => rule.startsWith('deny')))
  assert.equal(permits(load(denies), asked), false)
})

property(
  'what settles an allow is allows, none of them in error',
  [ANY_POLICIES, request],
  (policies, asked) => {
    const { effect, determining, errors } = load(policies).decide(asked)
    if (effect === 'deny') return
    assert.ok(determining.length > 0)
    for (const { rule, file, line } of determining) {
      assert.equal(rule, 'allow')
      assert.ok(!errors.some((error) => error.file === file && error.line === line))
    }
  },
)

property(
  'the order of policies and rules never matters',
  [ANY_POLICIES, request],
  (policies, asked) => {
    const reversed = policies.map((rules) => rules.toReversed()).toReversed()
    assert.deepEqual(outline(load(policies), asked), outline(load(reversed), asked))
  },
)

property('a policy loaded twice decides as once', [ANY_POLICIES, request], (policies, asked) => {
  const { effect, reason } = load(policies).decide(asked)
  const twice = load([...policies, ...policies]).decide(asked)
  assert.deepEqual({ effect: twice.effect, reason: twice.reason }, { effect, reason })
})

property(
  'one more allow never turns an allow into a deny',
  [PLAIN_POLICIES, allowText, request],
  (policies, allow, asked) => {
    if (permits(load(policies), asked)) assert.ok(permits(load([...policies, [allow]]), asked))
  },
)

property(
  'one more deny never turns a deny into an allow',
  [ANY_POLICIES, denyText, request],
  (policies, deny, asked) => {
    if (!permits(load(policies), asked)) assert.ok(!permits(load([...policies, [deny]]), asked))
  },
)

const PRINCIPAL = ['principal', 'principal.roles', 'principal.level', 'principal.label']
const ARGS = ['args', 'args.a', 'args.b', 'args.deep', 'args.deep.c', 'args.list']
const DAMAGE = fc.record({
  path: fc.constantFrom('session.ok', ...PRINCIPAL, ...ARGS),
  instead: fc.constantFrom<JsonValue | undefined>(undefined, null, {}),
})

property(
  'an attribute that is missing or of no use never turns a deny into an allow',
  [ANY_POLICIES, request, DAMAGE],
  (policies, asked, { path, instead }) => {
    const set = load(policies)
    const attributes = replaced(asked.attributes, path.split('.'), instead)
    if (permits(set, { ...asked, attributes })) assert.ok(permits(set, asked))
  },
)

property(
  'what some arguments allow is never hidden',
  [ANY_POLICIES, request, fc.tuple(argsValue, argsValue)],
  (policies, asked, [these, others]) => {
    const set = load(policies)
    const withArgs = (args: JsonObject) => ({ ...asked, attributes: { ...asked.attributes, args } })
    if (permits(set, withArgs(these))) assert.ok(set.mayAllow(withArgs(others)))
  },
)

property(
  'what no rule makes depend on arguments is shown just when it is allowed',
  [
    ANY_POLICIES.map((policies) =>
      policies.map((rules) => rules.map((rule) => rule.replaceAll('args.', 'session.'))),
    ),
    request,
  ],
  (policies, asked) => {
    const set = load(policies)
    assert.equal(set.mayAllow(asked), permits(set, asked))
  },
)

property(
  'space, comments and the order of files leave the version as it is',
  [ANY_POLICIES],
  (policies) => {
    const files = filesOf(policies)
    const spread = files
      .map(({ file, text }) => ({
        file,
        text: `# note\n${text.replaceAll(/\s+/g, '\n /* " */\t')}`,
      }))
      .toReversed()
    assert.equal(
      loadPolicies(files, REGISTRY).set?.version,
      loadPolicies(spread, REGISTRY).set?.version,
    )
  },
)

property(
  'explaining shows the outcome that deciding came to',
  [ANY_POLICIES, request],
  (policies, asked) => {
    const { decision, rules } = load(policies).explain(asked)
    for (const { ref, guard, requirements, nearMiss } of rules) {
      if (ref.rule !== 'allow' || decision.effect === 'deny') continue
      const holds = [...guard, ...requirements].every(({ outcome }) => outcome === 'true')
      assert.equal(decision.determining.includes(ref), holds)
      assert.equal(nearMiss, undefined)
    }
  },
)

/** What a decision says, without the places, which another order moves. */
function outline(set: PolicySet, asked: PolicyRequest) {
  const { effect, reason, determining, errors, nearMisses, obligations } = set.decide(asked)
  const counts = [determining, errors, nearMisses, obligations].map(({ length }) => length)
  return { effect, reason, counts }
}

function replaced(
  record: JsonObject,
  [name = '', ...rest]: readonly string[],
  instead: JsonValue | undefined,
): JsonObject {
  const { [name]: member, ...others } = record
  if (rest.length === 0) return instead === undefined ? others : { ...others, [name]: instead }
  return isJsonObject(member) ? { ...others, [name]: replaced(member, rest, instead) } : record
}
