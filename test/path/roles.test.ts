import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoleGrant } from '../../src/contract/tenants.ts'
import { ACME, GLOBEX, twoTenants } from '../support/two-tenants.ts'

const POLICY = `policy own {
  allow: memory.read("notes") when "auditor" in principal.roles
  allow: memory.read("only-acme") when "auditor" in principal.roles
  allow: memory.read("only-globex") when "auditor" in principal.roles
}
`
const BOT: RoleGrant = { kind: 'agent', id: 'bot' }
const read = (namespace: string) => ({ name: 'memory.read', arguments: { namespace } })

test('a role taken away stops the next request of a session that is open', async (t) => {
  const running = await twoTenants(t, POLICY)
  const acme = running.runtime.operationsOf(ACME) ?? assert.fail()
  const client = await running.agent(ACME)
  const may = async (namespace: string) => (await client.callTool(read(namespace))).isError !== true
  const sees = async () => (await client.listTools()).tools.map(({ name }) => name)
  assert.deepEqual([await may('only-acme'), await sees()], [false, []])

  await acme.grantRole('auditor', BOT)
  assert.deepEqual([await may('only-acme'), await may('notes')], [true, true])
  assert.deepEqual(await sees(), ['memory.read'])

  const { grants } = await acme.revokeRole('auditor', BOT)
  assert.deepEqual(grants, [{ kind: 'agent', id: 'bot', role: 'seller', origin: 'declared' }])
  assert.deepEqual([await may('only-acme'), await may('notes')], [false, false])
  assert.deepEqual(await sees(), [])

  const told = running.receipts(ACME).filter(({ kind }) => kind === 'admin')
  const roles = told.map(({ event }) => `${event?.name} ${event?.detail}`).slice(1)
  const to = 'auditor to agent bot'
  assert.deepEqual(roles, [`role.granted ${to}`, `role.revoked ${to}`])
})

test('a role granted in a space holds for what belongs to it, and nowhere else', async (t) => {
  const running = await twoTenants(t, POLICY)
  const acme = running.runtime.operationsOf(ACME) ?? assert.fail()
  const client = await running.agent(ACME)
  const may = async (namespace: string) => (await client.callTool(read(namespace))).isError !== true
  await acme.grantRole('auditor', { ...BOT, space: 'hr' })
  assert.deepEqual([await may('notes'), await may('only-acme')], [false, false])
  await acme.grantRole('auditor', { ...BOT, space: 'sales' })
  assert.deepEqual([await may('notes'), await may('only-acme')], [true, false])
  await running.restart()
  const again = await running.agent(ACME)
  assert.notEqual((await again.callTool(read('notes'))).isError, true)
})

test('a role granted in one tenant is nothing in another, to its namesake neither', async (t) => {
  const running = await twoTenants(t, POLICY)
  await running.runtime.operationsOf(ACME)?.grantRole('auditor', BOT)
  const client = await running.agent(GLOBEX)
  assert.equal((await client.callTool(read('notes'))).isError, true)
  const { grants } = running.runtime.operationsOf(GLOBEX)?.listRoles() ?? assert.fail()
  assert.deepEqual(
    grants.filter(({ origin }) => origin === 'administered'),
    [],
  )
})
