import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ACME, DEFAULT_TENANT, GLOBEX, twoTenants } from '../support/two-tenants.ts'

const READ = { name: 'memory.read', arguments: { namespace: 'notes', key: 'secret' } }

test('each tenant has its own records, servers, receipts and data', async (t) => {
  const running = await twoTenants(t)
  for (const tenant of [ACME, GLOBEX]) {
    const client = await running.agent(tenant)
    const { tools } = await client.listTools()
    assert.ok(tools.some(({ name }) => name === 'desk.echo'))
    const { structuredContent } = await client.callTool(READ)
    assert.deepEqual(structuredContent, {
      namespace: 'notes',
      records: [{ key: 'secret', value: `the secret of ${tenant}` }],
    })
  }
  for (const tenant of [ACME, GLOBEX]) {
    const receipts = running.receipts(tenant)
    const decisions = receipts.filter(({ kind }) => kind === 'decision')
    assert.equal(decisions.length, 1)
    assert.equal(receipts[0]?.event?.name, 'tenant.opened')
    assert.equal(receipts.filter(({ kind }) => kind === 'effect').length, 1)
    const data = join(running.folder, '.portcullis', 'tenants', tenant)
    for (const file of ['state.db', 'usage.db', 'data-keys.db', 'payloads.db', 'requests.db']) {
      assert.ok(existsSync(join(data, file)), file)
    }
  }
  const home = running.receipts(DEFAULT_TENANT)
  assert.deepEqual(
    home.filter(({ kind }) => kind === 'decision'),
    [],
  )
  const logs = new Set([ACME, GLOBEX, DEFAULT_TENANT].map((it) => running.receipts(it)[0]?.log))
  assert.equal(logs.size, 3)
})

test('what is kept of a tenant is there again after a restart, and nowhere else', async (t) => {
  const running = await twoTenants(t)
  const client = await running.agent(ACME)
  await client.callTool(READ)
  const hold = await running.runtime.operationsOf(ACME)?.addHold({ reason: 'case 7' })
  await running.restart()
  const acme = running.runtime.operationsOf(ACME)
  const globex = running.runtime.operationsOf(GLOBEX)
  assert.deepEqual(acme?.listHolds().holds, [hold])
  assert.deepEqual(globex?.listHolds().holds, [])
  assert.equal(
    running.receipts(ACME).filter(({ event }) => event?.name === 'tenant.opened').length,
    1,
  )
})

test('what nobody proves is refused in the log of `default`, and in no tenant’s', async (t) => {
  const running = await twoTenants(t)
  const count = () => [ACME, GLOBEX].map((tenant) => running.receipts(tenant).length)
  const before = count()
  const answer = await fetch(`${running.runtime.address}/mcp`, {
    method: 'POST',
    headers: { authorization: 'Bearer forged', 'x-tenant': 'acme', tenant: 'acme' },
  })
  assert.equal(answer.status, 401)
  assert.deepEqual(count(), before)
  assert.equal(running.receipts(DEFAULT_TENANT).at(-1)?.code, 'IDENTITY_INVALID')
})
