import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { openDirectory } from '../../stores/directory/open-directory.ts'
import { declaredDirectory } from './declared-directory.ts'
import { directoryOf } from './directory.ts'

const ACME = tenantOf('acme')
const GLOBEX = tenantOf('globex')
const BY = { by: 'operator', at: 1 }
const ADA = { kind: 'human', id: 'ada' } as const
const SALES = { kind: 'agent', id: 'sales' } as const

const DECLARED = declaredDirectory({
  spaces: { crm: {}, hr: {} },
  roles: { sales: { permissions: [] }, auditor: { permissions: ['admin.agents.list'] } },
  agents: { sales: { roles: ['sales'], space: 'crm' } },
  members: {
    ada: { roles: ['auditor'], spaces: { crm: ['editor'] }, attributes: { clearance: 2 } },
  },
})

async function opened(t: TestContext) {
  const store = openDirectory(join(await scratch(t), 'directory.db'))
  t.after(() => store.close())
  return { store, directory: directoryOf(new Map([[ACME, DECLARED]]), store) }
}

test('roles are the organisation’s and those of the space, declared or granted', async (t) => {
  const { directory } = await opened(t)
  assert.deepEqual(directory.rolesOf(ACME, ADA), ['auditor'])
  assert.deepEqual(directory.rolesOf(ACME, ADA, 'crm'), ['auditor', 'editor'])
  assert.deepEqual(directory.rolesOf(ACME, SALES, 'hr'), ['sales'])
  assert.equal(directory.grant(ACME, { to: SALES, role: 'auditor', space: 'hr' }, BY), true)
  assert.deepEqual(directory.rolesOf(ACME, SALES, 'hr'), ['sales', 'auditor'])
  assert.deepEqual(directory.rolesOf(ACME, SALES, 'crm'), ['sales'])
  directory.revoke(ACME, { to: SALES, role: 'auditor', space: 'hr' })
  assert.deepEqual(directory.rolesOf(ACME, SALES, 'hr'), ['sales'])
})

test('nobody of another tenant is there, and nothing holds of an undeclared one', async (t) => {
  const { directory } = await opened(t)
  assert.deepEqual(directory.rolesOf(GLOBEX, ADA, 'crm'), [])
  assert.deepEqual(
    [directory.agent(GLOBEX, 'sales'), directory.member(GLOBEX, 'ada')],
    [undefined, undefined],
  )
  assert.throws(() => directory.grant(GLOBEX, { to: ADA, role: 'auditor' }, BY), {
    code: 'MEMBER_UNKNOWN',
  })
})

test('a role that is no longer declared is nobody’s, though its grant still stands', async (t) => {
  const { directory, store } = await opened(t)
  store.addGrant(ACME, { to: SALES, role: 'gone' }, BY)
  assert.deepEqual(directory.rolesOf(ACME, SALES), ['sales'])
})

const REFUSED = [
  [
    'a member that there is not',
    { to: { kind: 'human', id: 'eve' }, role: 'auditor' },
    'MEMBER_UNKNOWN',
  ],
  [
    'a human that is an agent',
    { to: { kind: 'human', id: 'sales' }, role: 'auditor' },
    'MEMBER_UNKNOWN',
  ],
  ['a role that nobody declared', { to: ADA, role: 'king' }, 'ROLE_UNKNOWN'],
  ['a role of an object', { to: ADA, role: 'constructor' }, 'ROLE_UNKNOWN'],
  ['a space that there is not', { to: ADA, role: 'editor', space: 'legal' }, 'SPACE_UNKNOWN'],
  ['super_admin in a space', { to: ADA, role: 'super_admin', space: 'crm' }, 'ROLE_SCOPE'],
  ['admin everywhere', { to: ADA, role: 'admin' }, 'ROLE_SCOPE'],
  [
    'a name in other letters',
    { to: { kind: 'human', id: '\u0430da' }, role: 'auditor' },
    'NAME_INVALID',
  ],
] as const

for (const [what, grant, code] of REFUSED) {
  test(`a grant to or of ${what} is refused and changes nothing`, async (t) => {
    const { directory, store } = await opened(t)
    assert.throws(() => directory.grant(ACME, grant, BY), { code })
    assert.deepEqual(store.grants(ACME), [])
  })
}

test('what the configuration declares is not changed here', async (t) => {
  const { directory } = await opened(t)
  const code = 'DECLARED_ELSEWHERE'
  assert.throws(() => directory.revoke(ACME, { to: ADA, role: 'auditor' }), { code })
  assert.throws(() => directory.removeMember(ACME, 'ada'), { code })
  assert.equal(directory.grant(ACME, { to: ADA, role: 'auditor' }, BY), false)
  assert.throws(() => directory.revoke(ACME, { to: ADA, role: 'viewer', space: 'hr' }), {
    code: 'GRANT_UNKNOWN',
  })
})

test('a member of the name of another, or of an agent, is refused; a start stops', async (t) => {
  const { directory, store } = await opened(t)
  for (const id of ['ada', 'ADA', 'sales']) {
    assert.throws(() => directory.addMember(ACME, { id, attributes: {} }), { code: 'NAME_TAKEN' })
  }
  directory.addMember(ACME, { id: 'bob', attributes: {} })
  assert.equal(directory.member(ACME, 'bob')?.origin, 'administered')
  store.addMember(ACME, { id: 'Ada', attributes: {} })
  assert.throws(() => directoryOf(new Map([[ACME, DECLARED]]), store), { code: 'CONFIG_INVALID' })
})
