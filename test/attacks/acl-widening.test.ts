import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ACL, AccessCandidate, type CandidateStorage } from '../../src/client.ts'
import { act, storageOf } from '../support/action-door.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `policy storage { allow: storage.write unless resource.exists }`
const MALLORY = AccessCandidate.agent('mallory')

let running: RunningRuntime
let sales: CandidateStorage
let mallory: CandidateStorage
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'mallory'] })
  sales = await storageOf(running, 'sales')
  mallory = await storageOf(running, 'mallory')
})
after(() => running.close())

const DENIED = { code: 'POLICY_DENIED' }

test('who may write may not give access, not even to itself', async () => {
  await sales.write('w.txt', 'x')
  await sales.addAccess('w.txt', MALLORY, 'write')
  await mallory.write('w.txt', 'changed')
  await assert.rejects(mallory.addAccess('w.txt', MALLORY, 'owner'), DENIED)
  await assert.rejects(mallory.setACL('w.txt', new ACL().addAccess(MALLORY, 'owner')), DENIED)
  await assert.rejects(mallory.removeAccess('w.txt', AccessCandidate.agent('sales')), DENIED)
  await assert.rejects(mallory.getACL('w.txt'), DENIED)
})

test('a write that brings a list of its own does not replace the one there is', async () => {
  await sales.write('x.txt', 'x')
  await sales.addAccess('x.txt', MALLORY, 'write')
  const own = { acl: new ACL().addAccess(MALLORY, 'owner') }
  await assert.rejects(mallory.write('x.txt', 'y', own), DENIED)
  await assert.rejects(mallory.getACL('x.txt'), DENIED)
})

test('nobody owns a resource by making a list for it, there or not', async () => {
  for (const resource of ['storage/none.txt', 'memory/CRM', 'secret/key', 'model/m']) {
    const args = { resource, candidate: 'agent:mallory', level: 'owner' }
    const { code } = await act(running, 'mallory', { path: 'acl/grant', body: { args } })
    assert.equal(code, 'POLICY_DENIED')
  }
})

test('two resources do not share a list by the way their names are put together', async () => {
  await sales.write('storage/a.txt', 'inner')
  await mallory.write('a.txt', 'outer')
  await assert.rejects(mallory.read('storage/a.txt'), DENIED)
  await assert.rejects(sales.read('a.txt'), DENIED)
})

test('what was deleted and made anew belongs to whoever made it', async () => {
  await sales.write('again.txt', 'x')
  await sales.addAccess('again.txt', AccessCandidate.public(), 'read')
  await sales.delete('again.txt')
  await mallory.write('again.txt', 'mine')
  await assert.rejects(sales.read('again.txt'), DENIED)
  await assert.rejects(sales.write('again.txt', 'x'), DENIED)
})

test('of two who make one object at once, one owns it and the other is told so', async () => {
  const both = await Promise.allSettled([
    sales.write('race.txt', 'sales'),
    mallory.write('race.txt', 'mallory'),
  ])
  const won = both.findIndex(({ status }) => status === 'fulfilled')
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
  const owner = won === 0 ? sales : mallory
  const other = won === 0 ? mallory : sales
  assert.equal((await owner.read('race.txt')).text(), won === 0 ? 'sales' : 'mallory')
  await assert.rejects(other.read('race.txt'), DENIED)
})

test('access that is taken back is gone for the next request of an open session', async () => {
  await sales.write('open.txt', 'x')
  await sales.addAccess('open.txt', MALLORY, 'read')
  const session = await running.agent('mallory')
  const read = () => session.callTool({ name: 'storage.read', arguments: { name: 'open.txt' } })
  assert.equal((await read()).isError, undefined)
  await sales.removeAccess('open.txt', MALLORY)
  assert.match(JSON.stringify(await read()), /POLICY_DENIED/)
})
