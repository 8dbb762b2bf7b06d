import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccessCandidate, connect } from '../../src/client.ts'
import type { Tenant } from '../../src/kernel/identity/tenant.ts'
import { ACME, GLOBEX, TENANT_POLICY, type TwoTenants, twoTenants } from '../support/two-tenants.ts'

const POLICY = `${TENANT_POLICY}
policy storage {
  allow: storage.write unless resource.exists
  allow: storage.list
}
`
const BOT = AccessCandidate.agent('bot')

async function storageOf(running: TwoTenants, tenant: Tenant) {
  const token = await running.token(tenant)
  const connectors = connect({ url: running.runtime.address, token })
  return connectors.getStorageConnector().user(BOT)
}

test('an agent of the same name in another tenant has nothing of what is stored', async (t) => {
  const running = await twoTenants(t, POLICY)
  const [acme, globex] = [await storageOf(running, ACME), await storageOf(running, GLOBEX)]
  await globex.write('plan.txt', 'of globex')
  await assert.rejects(acme.read('plan.txt'), { code: 'POLICY_DENIED' })
  await assert.rejects(acme.getACL('plan.txt'), { code: 'POLICY_DENIED' })
  await assert.rejects(acme.removeAccess('plan.txt', BOT), { code: 'POLICY_DENIED' })
  assert.equal(await acme.exists('plan.txt'), false)
  for await (const { name } of acme.list()) assert.fail(name)

  await acme.write('plan.txt', 'of acme')
  await acme.addAccess('plan.txt', AccessCandidate.public(), 'read')
  assert.equal((await globex.read('plan.txt')).text(), 'of globex')
  assert.equal((await globex.getACL('plan.txt')).entries.length, 1)
  await acme.delete('plan.txt')
  assert.equal((await globex.read('plan.txt')).text(), 'of globex')
})
