import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { explainReceipt } from '../../src/app/explain-receipt.ts'
import type { CandidateStorage } from '../../src/client.ts'
import {
  AccessCandidate,
  AccessLevel,
  ClientError,
  ConnectorService,
  connect,
} from '../../src/client.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `policy storage {
  allow: storage.write unless resource.exists
  allow: storage.list
  require: redact("email")
}
policy house_rules {
  deny: storage.read("sealed/*")
}
policy reading {
  allow: memory.read("CRM.customers") if principal.roles.contains("sales")
}
`

let running: RunningRuntime
before(async () => {
  running = await runRuntime({
    policy: POLICY,
    agents: ['sales', 'research', 'editor'],
    memory: { 'CRM.customers': { c1: { name: 'Ada' } } },
  })
})
after(() => running.close())

async function connectors(agent: string) {
  const { token } = await running.runtime.operations.issueToken(agent, {})
  return connect({ url: running.runtime.address, token })
}

async function storageOf(agent: string): Promise<CandidateStorage> {
  return (await connectors(agent)).getStorageConnector().user(AccessCandidate.agent(agent))
}

const last = () => running.receipts().at(-1)
const denied = (code: string) => (error: unknown) =>
  error instanceof ClientError && error.code === code

test('the snippet works as it is written', async () => {
  const { token } = await running.runtime.operations.issueToken('sales', {})
  ConnectorService.init({ url: running.runtime.address, token })
  const agentId = 'sales'
  const data = { total: 7 }
  const candidate = AccessCandidate.agent(agentId)
  const storage = ConnectorService.getStorageConnector().user(candidate)
  await storage.write('results.json', data)
  const read = await storage.read('results.json')
  assert.deepEqual([read.json(), read.mediaType], [data, 'application/json'])
  const again = ConnectorService.getStorageConnector().requester(candidate)
  assert.equal(await again.exists('results.json'), true)
})

test('the creator owns what it creates: nobody else reads, changes or sees it', async () => {
  const [sales, research] = [await storageOf('sales'), await storageOf('research')]
  await sales.write('own/plan.txt', 'first')
  await assert.rejects(research.read('own/plan.txt'), denied('POLICY_DENIED'))
  await assert.rejects(research.write('own/plan.txt', 'mine'), denied('POLICY_DENIED'))
  await assert.rejects(research.delete('own/plan.txt'), denied('POLICY_DENIED'))
  await assert.rejects(research.getACL('own/plan.txt'), denied('POLICY_DENIED'))
  assert.equal(await research.exists('own/plan.txt'), false)
  const seen = async (storage: CandidateStorage) => {
    const names: string[] = []
    for await (const { name } of storage.list('own/')) names.push(name)
    return names
  }
  assert.deepEqual([await seen(sales), await seen(research)], [['own/plan.txt'], []])
  assert.equal((await sales.read('own/plan.txt')).text(), 'first')
})

test('access holds for the very next request, and is gone with the very next one', async () => {
  const [sales, research] = [await storageOf('sales'), await storageOf('research')]
  const whom = AccessCandidate.agent('research')
  await sales.write('shared.txt', 'hello')
  for (const level of [AccessLevel.Read, AccessLevel.Write]) {
    await sales.addAccess('shared.txt', whom, level)
    assert.equal((await research.read('shared.txt')).text(), 'hello')
  }
  await research.write('shared.txt', 'hello')
  await assert.rejects(
    research.addAccess('shared.txt', AccessCandidate.public(), 'read'),
    denied('POLICY_DENIED'),
  )
  const acl = await sales.removeAccess('shared.txt', whom)
  assert.deepEqual(acl.entries, [{ candidate: 'agent:sales', level: 'owner' }])
  await assert.rejects(research.read('shared.txt'), denied('POLICY_DENIED'))
  await assert.rejects(research.write('shared.txt', 'mine'), denied('POLICY_DENIED'))
})

test('no owner locks everybody out, and a list is replaced only by its digest', async () => {
  const sales = await storageOf('sales')
  const me = AccessCandidate.agent('sales')
  await sales.write('kept.txt', 'mine')
  await assert.rejects(sales.removeAccess('kept.txt', me), denied('ACL_WITHOUT_OWNER'))
  const first = await sales.getACL('kept.txt')
  const open = await sales.setACL('kept.txt', first.addAccess(AccessCandidate.public(), 'read'))
  assert.equal(open.levelOf(AccessCandidate.public()), 'read')
  await assert.rejects(sales.setACL('kept.txt', first), denied('ACL_CHANGED'))
})

test('a deny of the tenant wins over any list', async () => {
  const sales = await storageOf('sales')
  await sales.write('sealed/box.txt', 'x')
  await assert.rejects(sales.read('sealed/box.txt'), denied('POLICY_DENIED'))
  assert.equal(last()?.decision?.rules[0]?.policy, 'house_rules')
})

test('receipts name the list, its resource and the level; the version covers it', async () => {
  const sales = await storageOf('sales')
  await sales.write('named.txt', 'x')
  const version = () => running.receipts().findLast(({ kind }) => kind === 'decision')?.decision
  await sales.read('named.txt')
  const before = version()
  const [rule] = before?.rules ?? []
  assert.match(rule?.policy ?? '', /^acl_[0-9a-f]{64}$/)
  assert.equal(rule?.file, 'acl:storage:named.txt')
  assert.equal(rule?.text, '  allow: owner(listed) if candidate.is.contains("agent:sales")')
  await sales.addAccess('named.txt', AccessCandidate.team('ops'), 'read')
  await sales.read('named.txt')
  assert.notEqual(version()?.version, before?.version)
})

test('a receipt is explained by the list that decided, whatever holds now', async () => {
  const sales = await storageOf('sales')
  await sales.write('told.txt', 'x')
  await sales.read('told.txt')
  const receipt = running.receipts().findLast(({ kind }) => kind === 'decision')
  const id = receipt?.id ?? assert.fail('no decision')
  await sales.addAccess('told.txt', AccessCandidate.team('ops'), 'read')
  await sales.delete('told.txt')
  await running.restart()
  const config = loadConfig(join(running.folder, 'portcullis.toml'), {}, { purpose: 'inspect' })
  const { explanation, now } = await explainReceipt(id, config)
  assert.deepEqual(
    explanation?.rules.map(({ ref }) => ref.text.trim()).filter((text) => text.includes('owner')),
    ['allow: owner(listed) if candidate.is.contains("agent:sales")'],
  )
  assert.equal(explanation?.decision.version, receipt?.decision?.version)
  assert.equal(now?.effect, 'deny')
})

test('every change of a list is an action with a decision and an outcome', async () => {
  const sales = await storageOf('sales')
  await sales.write('acted.txt', 'x')
  await sales.addAccess('acted.txt', AccessCandidate.agent('editor'), 'read')
  const [decision, effect] = running.receipts().slice(-2)
  const resource = { type: 'acl', id: 'storage/acted.txt' }
  assert.deepEqual(decision?.action, { operation: 'acl.grant', resource })
  assert.deepEqual([decision?.kind, effect?.effect?.state], ['decision', 'confirmed'])
})

test('what is redacted is taken out of stored text, and base64 hides nothing', async () => {
  const sales = await storageOf('sales')
  await sales.write('mail.txt', 'to ada@example.org')
  assert.equal((await sales.read('mail.txt')).text(), 'to [redacted:email]')
  await sales.write('bytes.txt', new TextEncoder().encode('to ada@example.org'))
  assert.equal((await sales.read('bytes.txt')).text(), 'to [redacted:email]')
})

test('bytes that are no text come back as they were', async () => {
  const sales = await storageOf('sales')
  const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256)
  await sales.write('image.png', bytes)
  const read = await sales.read('image.png')
  assert.deepEqual([read.bytesOf(), read.mediaType], [bytes, 'image/png'])
})

test('lists hold over memory too, beside the policies', async () => {
  const memory = (await connectors('research')).getMemoryConnector()
  const asked = memory.user(AccessCandidate.agent('research'))
  await assert.rejects(asked.read('CRM.customers', 'c1'), denied('POLICY_DENIED'))
  const { operations } = running.runtime
  const grant = { resource: 'memory/CRM.customers', candidate: 'agent:research' }
  await operations.grantAcl({ ...grant, level: 'read' })
  assert.deepEqual(await asked.read('CRM.customers', 'c1'), { name: 'Ada' })
  await operations.revokeAcl(grant)
  await assert.rejects(asked.read('CRM.customers', 'c1'), denied('POLICY_DENIED'))
})

test('tools are called as a candidate', async () => {
  const tools = (await connectors('sales')).getToolConnector()
  const call = tools.user(AccessCandidate.agent('sales')).call('desk.echo', { message: 'hi' })
  await assert.rejects(call, denied('POLICY_DENIED'))
})

test('objects and lists are there after a restart', async () => {
  const sales = await storageOf('sales')
  await sales.write('durable.txt', 'still here')
  await running.restart()
  assert.equal((await (await storageOf('sales')).read('durable.txt')).text(), 'still here')
  const research = await storageOf('research')
  await assert.rejects(research.read('durable.txt'), denied('POLICY_DENIED'))
})
