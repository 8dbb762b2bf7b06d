import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../json/value.ts'
import { loadPolicies } from '../policy/load-policies.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { EMPTY_POLICY_SET } from '../policy/policy-set.ts'
import { type AdminAction, administrationPolicy } from './administration.ts'
import { AdministrationPolicies } from './administration-policies.ts'
import type { Role } from './role.ts'

const ACTIONS: readonly AdminAction[] = [
  { operation: 'admin.agents.show', on: 'agent', changes: false, least: 'viewer' },
  { operation: 'admin.agents.issue_token', on: 'agent', changes: true, least: 'editor' },
  { operation: 'admin.agents.suspend', on: 'agent', changes: true, least: 'admin' },
  { operation: 'admin.keys.rotate', on: 'key', changes: true, least: 'super_admin' },
  {
    ...{ operation: 'admin.approvals.vote', on: 'approval', changes: true },
    ...{ least: 'super_admin', approvers: true },
  },
]

const CUSTOM: Role = {
  ...{ name: 'key"keeper', scope: 'any', builtIn: false },
  permissions: ['admin.keys.*', 'admin.agents.show'],
}

const rules = new AdministrationPolicies(() => administrationPolicy(ACTIONS, [CUSTOM]))

function tenant(text: string): PolicySet {
  const { set, diagnostics } = loadPolicies([{ file: 'policies/t.policy', text }], new Map())
  assert.ok(set, JSON.stringify(diagnostics))
  return set
}

function request(operation: string, principal: JsonObject) {
  const resource = { type: 'agent', id: 'sales' } as const
  return { operation, resource, attributes: { principal, resource: { ...resource } } }
}

const human = (...roles: string[]) => ({ kind: 'human', id: 'ana', roles })

function effect(set: PolicySet, operation: string, principal: JsonObject): string {
  const asked = request(operation, principal)
  return rules.beside(set, asked).decide(asked).effect
}

/** Which of the actions each may do while the tenant says nothing. */
const MAY: readonly [who: string, principal: JsonObject, operations: readonly string[]][] = [
  ['a super_admin', human('super_admin'), ACTIONS.map(({ operation }) => operation)],
  [
    'an admin',
    human('admin'),
    ['admin.agents.show', 'admin.agents.issue_token', 'admin.agents.suspend'],
  ],
  ['an editor', human('editor'), ['admin.agents.show', 'admin.agents.issue_token']],
  ['a viewer', human('viewer'), ['admin.agents.show']],
  ['a role of its own', human('key"keeper'), ['admin.agents.show', 'admin.keys.rotate']],
  ['an approver', { ...human(), approver: true }, ['admin.approvals.vote']],
  ['who says to be an approver', { ...human(), approver: 'true' }, []],
  ['nobody in particular', human(), []],
  ['a service', { kind: 'service', id: 'ci', roles: ['viewer'] }, ['admin.agents.show']],
  ['an agent, whatever its roles', { kind: 'agent', id: 'a', roles: ['super_admin', 'admin'] }, []],
]

for (const [who, principal, operations] of MAY) {
  test(`${who} may do what its roles say, and nothing else`, () => {
    const may = ACTIONS.filter(
      ({ operation }) => effect(EMPTY_POLICY_SET, operation, principal) === 'allow',
    )
    assert.deepEqual(
      may.map(({ operation }) => operation),
      operations,
    )
  })
}

test('a tenant may deny and demand, if it names administration', () => {
  const denying = tenant('policy p { deny: admin.keys.* }')
  assert.equal(effect(denying, 'admin.keys.rotate', human('super_admin')), 'deny')
  assert.equal(effect(denying, 'admin.agents.suspend', human('super_admin')), 'allow')
  const asking = tenant(
    'approval two { approver: role("lead"), ttl: 1h }\npolicy p { require: two for admin.keys.* }',
  )
  assert.equal(effect(asking, 'admin.keys.rotate', human('super_admin')), 'require_approval')
})

test('what is said of everything is said of agents, and never of administration', () => {
  const broad = tenant('policy p { allow: *\n deny: * if args.missing == 1 }')
  assert.equal(effect(broad, 'admin.keys.rotate', human('super_admin')), 'allow')
  assert.equal(effect(broad, 'admin.keys.rotate', human()), 'deny')
  const agent = { kind: 'agent', id: 'a', roles: [] }
  assert.equal(effect(tenant('policy p { allow: * }'), 'admin.keys.rotate', agent), 'deny')
  assert.equal(
    effect(tenant('policy p { allow: admin.keys.* }'), 'admin.keys.rotate', agent),
    'allow',
  )
})

test('what agents do is decided by the same set, of the same version, as without all this', () => {
  const set = tenant('policy p { allow: crm.get }')
  const asked = request('crm.get', { kind: 'agent', id: 'a', roles: [] })
  assert.equal(rules.beside(set, asked), set)
  const nothing = rules.beside(EMPTY_POLICY_SET, asked).decide(asked)
  assert.equal(nothing.reason, 'nothing_loaded')
})

test('the version of a decision about administration covers the rules of both', () => {
  const admin = request('admin.keys.rotate', human('super_admin'))
  const version = (set: PolicySet, by: AdministrationPolicies) =>
    by.beside(set, admin).decide(admin).version
  const others = new AdministrationPolicies(() => administrationPolicy(ACTIONS, []))
  const set = tenant('policy p { allow: crm.get }')
  const versions = [
    ...[version(set, rules), version(set, others), version(EMPTY_POLICY_SET, rules), set.version],
  ]
  assert.equal(new Set(versions).size, 4)
  assert.equal(version(set, rules), versions[0])
})

test('a role that is declared at run time holds from the next request on', () => {
  let roles: readonly Role[] = []
  const by = new AdministrationPolicies(() => administrationPolicy(ACTIONS, roles))
  const asked = request('admin.keys.rotate', human('key"keeper'))
  const decide = () => by.beside(EMPTY_POLICY_SET, asked).decide(asked)
  assert.equal(decide().effect, 'deny')
  roles = [CUSTOM]
  assert.equal(decide().effect, 'allow')
  assert.equal(decide().determining[0]?.policy, 'declared_roles')
  roles = []
  assert.equal(decide().effect, 'deny')
})

test('a decision names the rule, with its place in the generated text', () => {
  const asked = request('admin.agents.suspend', human('admin'))
  const set = rules.beside(EMPTY_POLICY_SET, asked)
  const [rule] = set.decide(asked).determining
  assert.equal(rule?.file, 'built-in/administration.policy')
  const line = rules.text().text.split('\n')[(rule?.line ?? 0) - 1]
  assert.match(line ?? '', /allow: admin\.agents\.suspend if .*contains\("admin"\)/)
  assert.ok(set.explain(asked).rules.some(({ ref }) => ref.line === rule?.line))
})
