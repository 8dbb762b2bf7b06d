import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createMcpServer } from '../../src/inbound/mcp/server.ts'
import { assertRepelled } from '../support/assert-repelled.ts'
import { inMemoryGate } from '../support/in-memory-gate.ts'
import { exchange, rawPost } from '../support/raw-http.ts'
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

test('of two credentials no route of a listener is told one', async (t) => {
  const gate = inMemoryGate()
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const server = createMcpServer({ gate, log, allowedHosts: [], allowedOrigins: [] })
  server.get('/told', async ({ headers }) => ({ told: headers.authorization ?? 'nothing' }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  const told = async (...lines: readonly string[]) => {
    const head = ['GET /told HTTP/1.1', `host: 127.0.0.1:${port}`, 'connection: close', ...lines]
    return (await exchange(port, `${head.join('\r\n')}\r\n\r\n`)).body.told
  }
  assert.equal(await told('authorization: Bearer a'), 'Bearer a')
  assert.equal(await told('authorization: Bearer a', 'AUTHORIZATION: Basic b'), 'nothing')
  assert.equal(await told('authorization: Bearer a', 'authorization: Bearer a'), 'nothing')
})
