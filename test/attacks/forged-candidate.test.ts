import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AccessCandidate } from '../../src/client.ts'
import { act, connectorsOf, storageOf } from '../support/action-door.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `policy storage {
  allow: storage.write unless resource.exists
  allow: storage.read if candidate.is.contains("agent:sales")
}
`

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'mallory'] })
  await (await storageOf(running, 'sales')).write('plan.txt', 'secret')
})
after(() => running.close())

const FORGED = ['agent:sales', 'user:sales', 'user:mallory', 'team:sales', 'agent:Mallory']

for (const candidate of FORGED) {
  test(`mallory's connection does not act as ${candidate}`, async () => {
    const body = { candidate, args: { name: 'plan.txt' } }
    const { status, code } = await act(running, 'mallory', { path: 'storage/read', body })
    assert.deepEqual([status, code], [403, 'CANDIDATE_UNPROVED'])
    const receipt = running.receipts().at(-1)
    assert.deepEqual([receipt?.kind, receipt?.code], ['refusal', 'CANDIDATE_UNPROVED'])
    assert.equal(receipt?.actor.at(-1)?.id, 'mallory')
    assert.equal(receipt?.action?.resource.id, 'plan.txt')
  })
}

test('the SDK says another agent and is refused by the runtime, not by itself', async () => {
  const storage = (await connectorsOf(running, 'mallory')).getStorageConnector()
  const forged = storage.requester(AccessCandidate.agent('sales'))
  await assert.rejects(forged.read('plan.txt'), { code: 'CANDIDATE_UNPROVED', status: 403 })
  await assert.rejects(forged.exists('plan.txt'), { code: 'CANDIDATE_UNPROVED' })
})

test('a candidate is no name of another spelling', async () => {
  for (const candidate of [
    'agent:\uff53ales',
    'agent:s\u0430les',
    'AGENT:sales',
    'agent:sales ',
    7,
  ]) {
    const body = { candidate, args: { name: 'plan.txt' } }
    const { status } = await act(running, 'mallory', { path: 'storage/read', body })
    assert.equal(status, 400, JSON.stringify(candidate))
  }
})

test('who acts as the public has what the public has, and less than itself', async () => {
  const storage = (await connectorsOf(running, 'sales')).getStorageConnector()
  const everybody = storage.user(AccessCandidate.public())
  await assert.rejects(everybody.read('plan.txt'), { code: 'POLICY_DENIED' })
})

test('arguments do not say who acts: `candidate` among them is refused', async () => {
  const body = { args: { name: 'plan.txt', candidate: 'agent:sales' } }
  const { code } = await act(running, 'mallory', { path: 'storage/read', body })
  assert.equal(code, 'REQUEST_INVALID')
})
