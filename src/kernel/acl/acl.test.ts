import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REGISTRY } from '../../../test/policy-matrix/registry.ts'
import type { Resource } from '../action.ts'
import { loadPolicies } from '../policy/load-policies.ts'
import {
  type Acl,
  aclDigest,
  aclOf,
  addAccess,
  canonicalAcl,
  changed,
  LEVELS,
  type Level,
  levelOf,
  MAX_ACL_ENTRIES,
  removeAccess,
} from './acl.ts'
import { AclPolicies } from './acl-decider.ts'
import { aclPolicy } from './acl-policy.ts'
import type { AclResource, AclResourceType } from './acl-resource.ts'
import { splitResource } from './acl-resource.ts'
import type { Candidate } from './candidate.ts'

const RESOURCES: readonly AclResource[] = [
  'storage/results.json',
  'storage/agents/ops/roles/admin.txt',
  'storage/tools/memory/Ж',
  'memory/CRM.customers',
  'secret/deploy:key',
  'model/vendor/small-1',
]
const CANDIDATES: readonly Candidate[] = [
  ...(['agent:sales', 'agent:ops', 'user:ada', 'team:research', 'public'] as const),
]

/** What an operation needs: written apart from the policies, from the table of the guide. */
const NEEDS: Readonly<Record<AclResourceType, Readonly<Record<string, Level>>>> = {
  storage: {
    ...{ 'storage.read': 'read', 'storage.write': 'write', 'storage.delete': 'write' },
    ...{ 'acl.show': 'owner', 'acl.grant': 'owner' },
  },
  memory: { 'memory.read': 'read', 'memory.write': 'write', 'acl.revoke': 'owner' },
  secret: {
    'secret.read': 'read',
    'secret.use': 'read',
    'secret.rotate': 'write',
    'acl.show': 'owner',
  },
  model: { 'model.chat': 'read', 'model.embed': 'read', 'acl.replace': 'owner' },
}

const entries = fc.uniqueArray(
  fc.record({ candidate: fc.constantFrom(...CANDIDATES), level: fc.constantFrom(...LEVELS) }),
  { selector: ({ candidate }) => candidate },
)
const acls = fc.tuple(fc.constantFrom(...RESOURCES), entries).map(([resource, list]) =>
  aclOf(
    resource,
    list.map(({ candidate, level }) =>
      candidate === 'public' && level === 'owner'
        ? { candidate, level: 'write' }
        : { candidate, level },
    ),
  ),
)

function policies(text: string) {
  const { set } = loadPolicies([{ file: 'policies/own.policy', text }], REGISTRY)
  return set ?? assert.fail('the policies do not load')
}

const OWN = policies('policy own { allow: other.tool }')

function decided(acl: Acl, asked: { operation: string; is: readonly Candidate[] }, set = OWN) {
  const { operation, is } = asked
  const [type, name] = splitResource(acl.resource)
  const resource = operation.startsWith('acl.')
    ? ({ type: 'acl', id: acl.resource } as const)
    : ({ type, id: name } as Resource)
  const lists = new AclPolicies((of) => (of === acl.resource ? acl : undefined))
  const args = { candidate: { is }, resource: { ...resource } }
  return lists.beside(set, resource).decide({ operation, resource, attributes: args })
}

test('what the policy of a list decides is what the list says', () => {
  const asked = acls.chain((acl) => {
    const [type] = splitResource(acl.resource)
    const operation = fc.constantFrom(...Object.keys(NEEDS[type]))
    return fc.tuple(fc.constant(acl), operation, fc.subarray([...CANDIDATES]))
  })
  const judged = { allow: 0, deny: 0 }
  fc.assert(
    fc.property(asked, ([acl, operation, is]) => {
      const [type] = splitResource(acl.resource)
      const needed = NEEDS[type][operation] ?? assert.fail(operation)
      const level = levelOf(acl, is)
      const may = level !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(needed)
      const { effect } = decided(acl, { operation, is })
      assert.equal(effect, may ? 'allow' : 'deny')
      judged[may ? 'allow' : 'deny']++
    }),
    { numRuns: 300, seed: 5 },
  )
  assert.ok(judged.allow > 30 && judged.deny > 30, JSON.stringify(judged))
})

test('what was removed is denied, and nothing else changes', () => {
  fc.assert(
    fc.property(acls, fc.constantFrom(...CANDIDATES), (acl, candidate) => {
      fc.pre(acl.entries.some((entry) => entry.level === 'owner' && entry.candidate !== candidate))
      const without = removeAccess(acl, candidate)
      assert.equal(levelOf(without, [candidate]), undefined)
      for (const other of CANDIDATES.filter((each) => each !== candidate)) {
        assert.equal(levelOf(without, [other]), levelOf(acl, [other]))
      }
    }),
  )
})

test('one list has one digest, in whatever order it was written, and another list another', () => {
  fc.assert(
    fc.property(acls, acls, (one, other) => {
      const again = aclOf(one.resource, one.entries.toReversed())
      assert.equal(aclDigest(again), aclDigest(one))
      assert.equal(canonicalAcl(one) === canonicalAcl(other), aclDigest(one) === aclDigest(other))
    }),
  )
})

const SALES = 'agent:sales'
const OWNED = aclOf('storage/results.json', [{ candidate: SALES, level: 'owner' }])

test('a deny of the tenant wins, and an obligation of the tenant binds', () => {
  const asked = { operation: 'storage.read', is: [SALES] as const }
  const denying = policies('policy p { allow: other.tool deny: storage.read("results.*") }')
  assert.equal(decided(OWNED, asked, denying).reason, 'explicit_deny')
  const redacting = policies(
    'policy p { allow: other.tool require: redact("email") for storage.* }',
  )
  assert.equal(decided(OWNED, asked, redacting).effect, 'allow_with_conditions')
})

test('the version covers the list of the resource, and that of no other', () => {
  const version = (acl: Acl) => decided(acl, { operation: 'storage.read', is: [] }).version
  const wider = addAccess(OWNED, 'public', 'read')
  assert.notEqual(version(OWNED), OWN.version)
  assert.notEqual(version(OWNED), version(wider))
  const lists = new AclPolicies(() => undefined)
  assert.equal(lists.beside(OWN, { type: 'storage', id: 'other.json' }), OWN)
})

test('the generated policy is as it is published', () => {
  const acl = addAccess(OWNED, 'team:research', 'read')
  assert.equal(
    aclPolicy(acl).text,
    `# The access control list of storage/results.json, as a policy.
class read = [storage.read]
class write = [storage.read, storage.write, storage.delete]
class owner = [storage.read, storage.write, storage.delete, acl.*]
resource class listed = ["results.json", "storage/results.json"]

policy acl_${aclDigest(acl)} {
  allow: owner(listed) if candidate.is.contains("agent:sales")
  allow: read(listed) if candidate.is.contains("team:research")
}
`,
  )
})

test('a list that cannot be is refused with a code', () => {
  const many = Array.from({ length: MAX_ACL_ENTRIES + 1 }, (_, at) => ({
    ...{ candidate: `agent:a${at}` as const, level: 'read' as const },
  }))
  const sales = { candidate: SALES, level: 'read' } as const
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => aclOf(OWNED.resource, many), 'ACL_LIMIT'],
    [() => aclOf(OWNED.resource, [sales, { ...sales, level: 'write' }]), 'ACL_INVALID'],
    [() => aclOf(OWNED.resource, [{ candidate: 'public', level: 'owner' }]), 'ACL_INVALID'],
    [() => removeAccess(OWNED, SALES), 'ACL_WITHOUT_OWNER'],
    [() => addAccess(OWNED, SALES, 'write'), 'ACL_WITHOUT_OWNER'],
    [() => changed(OWNED, []), 'ACL_WITHOUT_OWNER'],
  ]
  for (const [make, code] of cases) assert.throws(make, { code })
})
