import assert from 'node:assert/strict'
import fc from 'fast-check'
import { keeping } from './arbitrary/changes.ts'
import {
  allowText,
  anyPolicies,
  anyPolicy,
  auditText,
  draft,
  plainPolicies,
} from './arbitrary/policies.ts'
import { request } from './arbitrary/requests.ts'
import { attachment, folder } from './arbitrary/vocabulary.ts'
import { decided, law, NEARNESS, outline, permitted } from './laws.ts'

/** What approvals, observe mode, audits and attachments may change, and what they never do. */

const given = fc.subarray(['manager', 'security'])

law(
  'an approval turns nothing but a waiting action into an allow',
  [anyPolicies, request, given],
  (policies, asked, approved) => {
    const before = decided(policies, { ...asked, approved: [] })
    const after = decided(policies, { ...asked, approved })
    if (before.effect !== 'require_approval')
      assert.deepEqual([after.effect, after.reason], [before.effect, before.reason])
    else assert.notEqual(after.effect, 'deny')
  },
)

law('an approval never overrides a deny', [anyPolicies, request], (policies, asked) => {
  const denying = [...policies, draft(['deny: *', 'require: [manager, security] for *'])]
  const approved = ['manager', 'security']
  assert.equal(decided(denying, { ...asked, approved }).effect, 'deny')
})

law('what waits for all approvals waits no longer', [anyPolicies, request], (policies, asked) => {
  const waiting = [...policies, draft(['require: [manager, security] for *'])]
  const { effect } = decided(waiting, { ...asked, approved: ['manager', 'security'] })
  assert.notEqual(effect, 'require_approval')
})

law(
  'a policy in observe mode never changes a decision',
  [anyPolicies, anyPolicy, request],
  (policies, policy, asked) => {
    const observed = { ...policy, annotation: '@mode("observe")' }
    const { observed: _before, ...without } = outline(decided(policies, asked))
    const { observed: _after, ...beside } = outline(decided([...policies, observed], asked))
    const loaded = without.reason === 'nothing_loaded' && policy.rules.length > 0
    assert.deepEqual(beside, { ...without, reason: loaded ? 'default_deny' : without.reason })
  },
)

law(
  'what would have been is what enforcing all of them decides',
  [anyPolicies, request],
  (policies, asked) => {
    const enforced = policies.map((policy) => ({ ...policy, annotation: '' }))
    const { effect, observed } = decided(policies, asked)
    assert.equal(observed?.effect ?? effect, decided(enforced, asked).effect)
  },
)

law(
  'an audit never changes a decision',
  [anyPolicies, auditText(), request],
  (policies, audit, asked) => {
    const silent = policies.map((policy) => keeping(policy, (rule) => !rule.startsWith('audit')))
    const before = { ...outline(decided(silent, asked)), audits: [] }
    const after = { ...outline(decided([...silent, draft([audit])], asked)), audits: [] }
    const loaded = before.reason === 'nothing_loaded'
    assert.deepEqual(after, { ...before, reason: loaded ? 'default_deny' : before.reason })
  },
)

law(
  'an allow that is attached allows no more than one that is not',
  [plainPolicies, attachment, request],
  (policies, { text }, asked) => {
    const rules = ['allow: * if args.flag', 'allow: slow', 'allow: *(marked)']
    const attached = draft(rules, { attached: ` for ${text}` })
    if (permitted([...policies, attached], asked))
      assert.ok(permitted([...policies, draft(rules)], asked))
  },
)

law(
  'a deny that is attached denies no more than one that is not',
  [anyPolicies, attachment, request],
  (policies, { text }, asked) => {
    const rules = ['deny: * if args.flag', 'deny: slow']
    const attached = draft(rules, { attached: ` for ${text}` })
    if (permitted([...policies, draft(rules)], asked))
      assert.ok(permitted([...policies, attached], asked))
  },
)

const FOLDERS: Readonly<Record<string, string>> = {
  'policies/agents/sales/': 'agents("sales")',
  'policies/roles/admin/': 'roles("admin")',
  'policies/eu/teams/red/': 'teams("red")',
  'policies/tools/slack/': 'tools("slack")',
  'policies/memory/CRM.deals/': 'memory("CRM.deals")',
}

law('a folder says what `for` says', [anyPolicies, folder, request], (policies, place, asked) => {
  const rules = ['allow: *', 'deny: slow if args.flag', 'require: tagged for *']
  const placed = draft(rules, { folder: place.text })
  const attached = draft(rules, { attached: ` for ${FOLDERS[place.text]}` })
  const [one, other] = [placed, attached].map((policy) => decided([...policies, policy], asked))
  assert.deepEqual([one?.effect, one?.reason], [other?.effect, other?.reason])
})

law(
  'the strongest effect of two policies is never weakened by putting them together',
  [anyPolicies, allowText(), request],
  (policies, allow, asked) => {
    // What binds an allow binds it whoever else allows: conditions only ever add up.
    const alone = decided(policies, asked).effect
    const together = decided([...policies, draft([allow])], asked).effect
    if (alone !== 'deny') assert.ok(NEARNESS[together] <= NEARNESS[alone])
  },
)
