import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { as, request, runningDoor } from '../support/running-door.ts'

const call = request('tools/call', { name: 'files.read' })

test('a session of another agent is repelled though the token is good', async (t) => {
  const running = await runningDoor(t)
  const stolen = { ...(await running.open()), ...as('research') }
  const send = () => running.post(call, stolen)
  await assertRepelled(running, { code: 'SESSION_UNKNOWN', agent: 'research', send })
})

test('a session of another agent can not be told from one that never was', async (t) => {
  const { post, open } = await runningDoor(t)
  const stolen = { ...(await open()), ...as('research') }
  const invented = { ...stolen, 'mcp-session-id': 'A'.repeat(24) }
  const [one, other] = [await post(call, stolen), await post(call, invented)]
  assert.equal(one.status, other.status)
  assert.deepEqual(one.body, other.body)
})

test('a session of another agent can not be ended', async (t) => {
  const running = await runningDoor(t)
  const session = await running.open()
  const send = async () => {
    const headers = { ...session, ...as('research') }
    const response = await fetch(running.url, { method: 'DELETE', headers })
    return { status: response.status, body: await response.json() }
  }
  await assertRepelled(running, { code: 'SESSION_UNKNOWN', agent: 'research', send })
  assert.equal((await running.post(request('ping'), session)).status, 200)
})

test('a session without a token proves nothing', async (t) => {
  const running = await runningDoor(t)
  const { 'mcp-session-id': id = '' } = await running.open()
  const send = () => running.post(call, { 'mcp-session-id': id })
  await assertRepelled(running, { code: 'IDENTITY_MISSING', send })
})
