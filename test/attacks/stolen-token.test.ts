import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { rawPost } from '../support/raw-http.ts'
import { as, INITIALIZE, request, runningDoor } from '../support/running-door.ts'

test('a forged token is repelled and challenged', async (t) => {
  const running = await runningDoor(t)
  const send = async () => {
    const reply = await running.post(INITIALIZE, { authorization: 'Bearer forged' })
    assert.equal(reply.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
    assert.equal(reply.body.error.code, -32001)
    return reply
  }
  await assertRepelled(running, { code: 'IDENTITY_INVALID', send })
})

test('an expired token is repelled within a session that it opened', async (t) => {
  const running = await runningDoor(t)
  const session = await running.open(as('research'))
  running.gate.expire('research-token')
  const send = () => running.post(request('tools/call', { name: 'files.read' }), session)
  await assertRepelled(running, { code: 'IDENTITY_EXPIRED', send })
})

test('a token in the address is not looked at', async (t) => {
  const running = await runningDoor(t)
  const send = async () => {
    const response = await fetch(`${running.url}?access_token=sales-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(INITIALIZE),
    })
    assert.equal(response.headers.get('www-authenticate'), 'Bearer')
    return { status: response.status, body: await response.json() }
  }
  await assertRepelled(running, { code: 'IDENTITY_MISSING', send })
})

test('without a token no body is read, whatever it holds', async (t) => {
  const running = await runningDoor(t)
  const send = () => rawPost(running.port, {}, '{"a":1,"a":'.repeat(1000))
  await assertRepelled(running, { code: 'IDENTITY_MISSING', send })
})

test('of two credentials on one request none is believed', async (t) => {
  const running = await runningDoor(t)
  for (const [first, second] of [
    ['sales', 'research'],
    ['sales', 'forged'],
    ['sales', 'sales'],
  ]) {
    const named = {
      authorization: `Bearer ${first}-token`,
      Authorization: `Bearer ${second}-token`,
    }
    const send = () => rawPost(running.port, named, JSON.stringify(INITIALIZE))
    await assertRepelled(running, { code: 'IDENTITY_MISSING', send })
  }
})
