import assert from 'node:assert/strict'
import fc from 'fast-check'
import { permits } from '../../src/kernel/policy/decision.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { damage, isBare, keeping, withoutHas } from './arbitrary/changes.ts'
import { crowdedPolicies } from './arbitrary/crowds.ts'
import {
  allowText,
  anyPolicies,
  denyText,
  draft,
  filesOf,
  plainPolicies,
  requireText,
} from './arbitrary/policies.ts'
import { argsValue, crowdedRequest, request } from './arbitrary/requests.ts'
import { differential } from './differential.ts'
import { decided, law, outline, permitted, setOf } from './laws.ts'
import { REGISTRY } from './registry.ts'

law('the engine agrees with the interpreter', [anyPolicies, request], (policies, asked) => {
  differential(filesOf(policies))(asked)
})

law(
  'the engine agrees with the interpreter where many rules are about the same',
  [crowdedPolicies, fc.array(crowdedRequest, { minLength: 1, maxLength: 10 })],
  (policies, all) => {
    const decide = differential(filesOf(policies))
    for (const asked of all) decide(asked)
  },
)

law('a deny that applies trumps every allow', [anyPolicies, request], (policies, asked) => {
  assert.equal(decided([...policies, draft(['deny: *'])], asked).reason, 'explicit_deny')
})

law('without an allow nothing is allowed', [anyPolicies, request], (policies, asked) => {
  const denying = policies.map((policy) => keeping(policy, (rule) => !rule.startsWith('allow')))
  assert.equal(decided(denying, asked).effect, 'deny')
})

law(
  'what settles an allow is allows, none of them in error',
  [anyPolicies, request],
  (policies, asked) => {
    const { effect, determining, errors } = decided(policies, asked)
    if (effect === 'deny') return
    assert.ok(determining.length > 0)
    for (const { rule, file, line } of determining) {
      assert.equal(rule, 'allow')
      assert.ok(!errors.some((error) => error.file === file && error.line === line))
    }
  },
)

law('the order of policies and rules never matters', [anyPolicies, request], (policies, asked) => {
  const texts = filesOf(policies)
  const reversed = texts.map(({ file, text }) => ({ file, text: reversedRules(text) })).toReversed()
  const [one, other] = [texts, reversed].map((files) => loadPolicies(files, REGISTRY).set)
  assert.ok(one !== undefined && other !== undefined)
  assert.deepEqual(outline(one.decide(asked)), outline(other.decide(asked)))
})

function reversedRules(text: string): string {
  const [, head = text, rules = '', foot = ''] = /^([^{]*\{\n)([\s\S]*)(\n\})$/u.exec(text) ?? []
  return head.includes('policy') ? head + rules.split('\n').toReversed().join('\n') + foot : text
}

law('a policy loaded twice decides as once', [anyPolicies, request], (policies, asked) => {
  const [once, twice] = [policies, [...policies, ...policies]].map((all) => decided(all, asked))
  assert.deepEqual([once?.effect, once?.reason], [twice?.effect, twice?.reason])
})

law(
  'one more policy that allows never turns an allow into a deny',
  [anyPolicies, allowText(), request],
  (policies, allow, asked) => {
    if (permitted(policies, asked)) assert.ok(permitted([...policies, draft([allow])], asked))
  },
)

law(
  'one more deny never turns a deny into an allow',
  [anyPolicies, denyText(), request],
  (policies, deny, asked) => {
    if (!permitted(policies, asked)) assert.ok(!permitted([...policies, draft([deny])], asked))
  },
)

law(
  'one more requirement never turns a deny into an allow',
  [anyPolicies, requireText(), request],
  (policies, require, asked) => {
    if (permitted([...policies, draft([require])], asked)) assert.ok(permitted(policies, asked))
  },
)

law(
  'a policy without its own requirements allows no less',
  [anyPolicies, request],
  (policies, asked) => {
    const unbound = policies.map((policy) => keeping(policy, (rule) => !isBare(rule)))
    if (permitted(policies, asked)) assert.ok(permitted(unbound, asked))
  },
)

law(
  'a rule about something else might as well not be there',
  [anyPolicies, fc.tuple(denyText(), requireText()), request],
  (policies, rules, asked) => {
    const elsewhere = draft(rules.map(aboutNothing))
    const { nearMisses, ...rest } = outline(decided(policies, asked))
    const more = outline(decided([...policies, elsewhere], asked))
    const reason = rest.reason === 'nothing_loaded' ? 'default_deny' : rest.reason
    assert.deepEqual(more, { nearMisses, ...rest, reason })
  },
)

/** The rule with a target that no request has. */
function aboutNothing(rule: string): string {
  const guard = / (?:if|when|unless) .*$/u.exec(rule)?.[0] ?? ''
  return rule.startsWith('deny') ? `deny: zoo.*${guard}` : `require: tagged for zoo.feed${guard}`
}

law(
  'an attribute that is missing or of no use never turns a deny into an allow',
  [anyPolicies, request, damage],
  (policies, asked, damaged) => {
    const set = setOf(policies.map(withoutHas))
    // A bare require binds the allows of its own policy: where one of these no longer holds,
    // another may permit without what it demands. So a condition may go, and a deny never.
    if (permits(set.decide(damaged(asked)))) assert.notEqual(set.decide(asked).effect, 'deny')
  },
)

law('`input` is another word for `args`', [anyPolicies, request], (policies, asked) => {
  const renamed = policies.map((policy) => ({
    ...policy,
    rules: policy.rules.map((rule) => rule.replaceAll(/\bargs(?=[. ](?!s"))/gu, 'input')),
  }))
  const [one, other] = [policies, renamed].map((all) => decided(all, asked))
  assert.deepEqual([one?.effect, one?.reason], [other?.effect, other?.reason])
})

law(
  'what some arguments allow is never hidden',
  [anyPolicies, request, argsValue],
  (policies, asked, args) => {
    const set = setOf(policies)
    const other = { ...asked, attributes: { ...asked.attributes, args } }
    if (set.decide(asked).effect !== 'deny') assert.ok(set.mayAllow(other))
  },
)

law(
  'what no rule makes depend on arguments is shown just when it is allowed',
  [plainPolicies, request],
  (policies, asked) => {
    const independent = policies.map((policy) => ({
      ...policy,
      rules: policy.rules
        .filter((rule) => !rule.includes('stored'))
        .map((rule) => rule.replaceAll(/\b(?:args|input)\b/gu, 'source')),
    }))
    const set = setOf(independent)
    const source = asked.attributes.args ?? {}
    const moved = { ...asked, attributes: { ...asked.attributes, source } }
    assert.equal(set.mayAllow(moved), permits(set.decide(moved)))
  },
)

law(
  'space, comments and the order of files leave the version as it is',
  [anyPolicies],
  (policies) => {
    const files = filesOf(policies)
    const spread = files.map(({ file, text }) => {
      const wide = text.replaceAll(/"[^"]*"|\s+/gu, (part) =>
        part.startsWith('"') ? part : '\n /* " */\t',
      )
      return { file, text: `# note\n${wide}` }
    })
    assert.equal(
      loadPolicies(files, REGISTRY).set?.version,
      loadPolicies(spread.toReversed(), REGISTRY).set?.version,
    )
  },
)

law(
  'explaining shows the outcome that deciding came to',
  [plainPolicies, request],
  (policies, asked) => {
    const { decision, rules } = setOf(policies).explain(asked)
    for (const { ref, guard, requirements, nearMiss } of rules) {
      if (ref.rule !== 'allow' || decision.effect === 'deny') continue
      const holds = [...guard, ...requirements].every(({ outcome }) => outcome === 'true')
      if (holds) assert.ok(decision.determining.some(({ line }) => line === ref.line))
      assert.equal(nearMiss, undefined)
    }
  },
)
