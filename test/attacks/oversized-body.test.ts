import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { openSocket, postHead, type RawReply, rawPost, readToClose } from '../support/raw-http.ts'
import { as, type RunningDoor, runningDoor } from '../support/running-door.ts'

const MEBIBYTE = 1024 * 1024

/** Sends a body in chunks of a mebibyte, whatever comes back meanwhile. */
async function sendChunked({ port }: RunningDoor, count: number): Promise<RawReply> {
  const socket = await openSocket(port)
  const reply = readToClose(socket)
  const chunk = `${MEBIBYTE.toString(16)}\r\n${'x'.repeat(MEBIBYTE)}\r\n`
  const headers = { connection: 'keep-alive', 'transfer-encoding': 'chunked' }
  socket.write(postHead(port, { ...as('sales'), ...headers }))
  for (let sent = 0; sent < count; sent++) {
    if (!socket.write(chunk)) await once(socket, 'drain')
  }
  socket.end('0\r\n\r\n')
  return reply
}

test('a body that is declared too large is repelled before any of it is sent', async (t) => {
  const running = await runningDoor(t)
  const headers = { ...as('sales'), 'content-length': String(10 * MEBIBYTE) }
  const send = () => rawPost(running.port, headers, '')
  await assertRepelled(running, { code: 'REQUEST_TOO_LARGE', agent: 'sales', send })
})

test('a body that turns out too large is repelled', async (t) => {
  const running = await runningDoor(t)
  const send = () => sendChunked(running, 10)
  await assertRepelled(running, { code: 'REQUEST_TOO_LARGE', agent: 'sales', send })
})

test('a body that is larger than it was declared is no request', async (t) => {
  const running = await runningDoor(t)
  const headers = { ...as('sales'), 'content-length': '2' }
  const reply = await rawPost(running.port, headers, '{}GET /mcp HTTP/1.1')
  assert.equal(reply.status, 400)
  assert.deepEqual(running.gate.guarded, [])
})

test('bodies of an agent beyond its share are repelled', async (t) => {
  const running = await runningDoor(t, { limits: { bytesPerAgent: 1000 } })
  const session = await running.open(as('research'))
  const send = () => running.post(`"${'x'.repeat(1000)}"`, session)
  await assertRepelled(running, { code: 'REQUEST_BUSY', agent: 'research', send })
})
