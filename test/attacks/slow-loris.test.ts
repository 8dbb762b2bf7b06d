import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { openSocket, postHead, type RawReply, readToClose } from '../support/raw-http.ts'
import { as, type RunningDoor, runningDoor } from '../support/running-door.ts'

// One who sends a byte now and then holds a connection, and with many of them all there are.

const listener = { headersWaitMs: 300, requestWaitMs: 1_000, checkEveryMs: 10 }

/** Sends the head, then a byte each few milliseconds, until the other side has had enough. */
async function trickle({ port }: RunningDoor, head: string): Promise<RawReply> {
  const socket = await openSocket(port)
  const reply = readToClose(socket)
  socket.write(head)
  const dripping = setInterval(() => socket.writable && socket.write('x'), 25)
  return reply.finally(() => clearInterval(dripping))
}

test('headers that never end are cut off', async (t) => {
  const running = await runningDoor(t, { listener })
  const send = () => trickle(running, 'POST /mcp HTTP/1.1\r\nhost: ')
  await assertRepelled(running, { code: 'REQUEST_TIMEOUT', send })
})

test('a body that never ends is cut off, and put down to its agent', async (t) => {
  const running = await runningDoor(t, { listener, limits: { bodyWaitMs: 50 } })
  const head = postHead(running.port, { ...as('sales'), 'content-length': '100000' })
  const send = () => trickle(running, head)
  await assertRepelled(running, { code: 'REQUEST_TIMEOUT', agent: 'sales', send })
})

test('the body of an unknown sender is neither read nor waited for', async (t) => {
  const running = await runningDoor(t, { listener })
  const headers = { 'content-length': '100000', connection: 'keep-alive' }
  const send = () => trickle(running, postHead(running.port, headers))
  await assertRepelled(running, { code: 'IDENTITY_MISSING', send })
})
