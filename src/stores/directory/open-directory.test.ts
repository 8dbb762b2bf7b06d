import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { openDirectory } from './open-directory.ts'

const ACME = tenantOf('acme')
const GLOBEX = tenantOf('globex')
const ADA = { kind: 'human', id: 'ada' } as const
const BY = { by: 'operator', at: 1 }

test('what is written is there after a restart, in a file of its owner alone', async (t) => {
  const file = join(await scratch(t), 'directory.db')
  const first = openDirectory(file)
  first.addMember(ACME, { id: 'ada', attributes: { clearance: 3 }, description: 'on call' })
  first.addGrant(ACME, { to: ADA, role: 'editor', space: 'sales' }, BY)
  first.addGrant(ACME, { to: ADA, role: 'auditor' }, BY)
  first.close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const again = openDirectory(file)
  t.after(() => again.close())
  const [ada] = again.members(ACME)
  assert.deepEqual(ada, { id: 'ada', attributes: { clearance: 3 }, description: 'on call' })
  assert.deepEqual(again.grants(ACME, ADA), [
    { to: ADA, role: 'auditor' },
    { to: ADA, role: 'editor', space: 'sales' },
  ])
})

test('another tenant sees nothing of it, by the same name neither', async (t) => {
  const directory = openDirectory(join(await scratch(t), 'directory.db'))
  t.after(() => directory.close())
  directory.addMember(ACME, { id: 'ada', attributes: {} })
  directory.addGrant(ACME, { to: ADA, role: 'auditor' }, BY)
  assert.deepEqual(directory.members(GLOBEX), [])
  assert.equal(directory.member(GLOBEX, 'ada'), undefined)
  assert.deepEqual(directory.grants(GLOBEX), [])
  assert.deepEqual(directory.grants(GLOBEX, ADA), [])
  assert.equal(directory.removeGrant(GLOBEX, { to: ADA, role: 'auditor' }), false)
  assert.equal(directory.removeMember(GLOBEX, 'ada'), false)
  directory.addMember(GLOBEX, { id: 'ada', attributes: {} })
  assert.equal(directory.removeMember(GLOBEX, 'ada'), true)
  assert.equal(directory.grants(ACME, ADA).length, 1)
})

test('what is taken away is gone for the very next question', async (t) => {
  const directory = openDirectory(join(await scratch(t), 'directory.db'))
  t.after(() => directory.close())
  directory.addMember(ACME, { id: 'ada', attributes: {} })
  for (const space of ['sales', 'hr']) {
    directory.addGrant(ACME, { to: ADA, role: 'viewer', space }, BY)
  }
  assert.equal(directory.grants(ACME, ADA).length, 2)
  assert.equal(directory.removeGrant(ACME, { to: ADA, role: 'viewer', space: 'hr' }), true)
  assert.deepEqual(directory.grants(ACME, ADA), [{ to: ADA, role: 'viewer', space: 'sales' }])
  assert.equal(directory.removeMember(ACME, 'ada'), true)
  assert.deepEqual(directory.grants(ACME, ADA), [])
})

test('a name that reads like another is taken', async (t) => {
  const directory = openDirectory(join(await scratch(t), 'directory.db'))
  t.after(() => directory.close())
  directory.addMember(ACME, { id: 'ada', attributes: {} })
  assert.throws(() => directory.addMember(ACME, { id: 'Ada', attributes: {} }), {
    code: 'NAME_TAKEN',
  })
})

test('a file that is something else is not taken for a directory', async (t) => {
  const file = join(await scratch(t), 'directory.db')
  writeFileSync(file, 'something else, and long enough to be read as a header of a database file')
  assert.throws(() => openDirectory(file), { code: 'DIRECTORY_UNAVAILABLE' })
})
