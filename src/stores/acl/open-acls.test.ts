import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { type Acl, aclOf, addAccess, removeAccess } from '../../kernel/acl/acl.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { openAcls } from './open-acls.ts'

const RESOURCE = 'storage/a.txt'
const ACME = tenantOf('acme')
const grant = (acl: Acl) => addAccess(acl, 'agent:sales', 'owner')

test('a list is there after a restart, for its tenant alone, and all it ever was', async (t) => {
  const file = join(await scratch(t), 'acl.db')
  const first = openAcls(file)
  const { before, after } = first.change(DEFAULT_TENANT, RESOURCE, grant)
  assert.deepEqual([before.entries.length, after.entries.length], [0, 1])
  first.change(DEFAULT_TENANT, RESOURCE, (acl) => addAccess(acl, 'public', 'read'))
  first.change(DEFAULT_TENANT, RESOURCE, (acl) => removeAccess(acl, 'public'))
  first.close()
  const again = openAcls(file)
  t.after(() => again.close())
  assert.deepEqual(again.of(DEFAULT_TENANT, RESOURCE), after)
  assert.equal(again.of(ACME, RESOURCE), undefined)
  assert.equal(again.past(DEFAULT_TENANT, RESOURCE).length, 2)
  assert.deepEqual(again.past(ACME, RESOURCE), [])
})

test('an empty list is none, also after a restart', async (t) => {
  const file = join(await scratch(t), 'acl.db')
  const first = openAcls(file)
  first.change(DEFAULT_TENANT, RESOURCE, grant)
  first.change(DEFAULT_TENANT, RESOURCE, ({ resource }) => aclOf(resource, []))
  assert.equal(first.of(DEFAULT_TENANT, RESOURCE), undefined)
  first.close()
  const again = openAcls(file)
  t.after(() => again.close())
  assert.equal(again.of(DEFAULT_TENANT, RESOURCE), undefined)
})

test('a change that throws, or cannot be kept, changes nothing', async (t) => {
  const acls = openAcls(join(await scratch(t), 'acl.db'))
  const { after } = acls.change(DEFAULT_TENANT, RESOURCE, grant)
  const change = () =>
    acls.change(DEFAULT_TENANT, RESOURCE, (acl) => removeAccess(acl, 'agent:sales'))
  assert.throws(change, { code: 'ACL_WITHOUT_OWNER' })
  acls.close()
  const wider = () =>
    acls.change(DEFAULT_TENANT, RESOURCE, (acl) => addAccess(acl, 'public', 'read'))
  assert.throws(wider, { code: 'ACL_UNAVAILABLE' })
  assert.deepEqual(acls.of(DEFAULT_TENANT, RESOURCE), after)
})
