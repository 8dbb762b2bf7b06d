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

test('who is erased in one tenant has a namesake elsewhere who is not, nor is held', async (t) => {
  const running = await twoTenants(t)
  for (const tenant of [ACME, GLOBEX]) await (await running.agent(tenant)).callTool(READ)
  const kept = (tenant: typeof ACME) =>
    running.receipts(tenant).find(({ in: input }) => input?.sealed === true)?.id ?? ''
  const acme = running.runtime.operationsOf(ACME) ?? assert.fail()
  const globex = running.runtime.operationsOf(GLOBEX) ?? assert.fail()
  const subject = 'agent:bot'
  assert.notDeepEqual(acme.findSubject({ subject }), globex.findSubject({ subject }))
  await globex.addHold({ reason: 'a case of globex' })
  assert.equal((await acme.eraseSubject({ subject })).state, 'erased')
  await assert.rejects(acme.showPayloads(kept(ACME)), { code: 'PAYLOAD_ERASED' })
  await assert.rejects(globex.eraseSubject({ subject }), { code: 'HOLD_ACTIVE' })
  const { in: shown } = await globex.showPayloads(kept(GLOBEX))
  assert.deepEqual(shown, { namespace: 'notes', key: 'secret', limit: 100 })
})

test('policies of one tenant are pushed for it alone', async (t) => {
  const running = await twoTenants(t)
  const before = await running.runtime.operationsOf(GLOBEX)?.status()
  const text = 'policy shut {\n  deny: memory.read\n}\n'
  const files = [{ file: 'policies-acme/shut.policy', text }]
  await running.runtime.operationsOf(ACME)?.pushPolicies({ files })
  const may = async (tenant: typeof ACME) =>
    (await (await running.agent(tenant)).callTool(READ)).isError !== true
  assert.deepEqual([await may(ACME), await may(GLOBEX)], [false, true])
  const after = await running.runtime.operationsOf(GLOBEX)?.status()
  assert.deepEqual(after?.policy.version, before?.policy.version)
})
