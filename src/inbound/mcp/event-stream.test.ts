import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openSocket } from '../../../test/support/raw-http.ts'
import { openEventStream } from './event-stream.ts'

const LIMITS = { streamBufferBytes: 1000, streamKeepAliveMs: 60_000, streamLifetimeMs: 60_000 }

/** The server's side of a request, and the socket of a client that reads only when told. */
async function connected(t: TestContext) {
  const server = createServer()
  const requested = once(server, 'request')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const socket = await openSocket((server.address() as AddressInfo).port)
  t.after(() => socket.destroy())
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const [, response] = (await requested) as [unknown, ServerResponse]
  return { socket, response }
}

test('a reader that does not read is cut once its buffer is full', async (t) => {
  const { response } = await connected(t)
  const closed = Promise.withResolvers<void>()
  const stream = openEventStream(response, LIMITS, closed.resolve)
  // Past what the kernel takes for the socket, so that the rest has to wait in the process.
  while (!response.destroyed) stream.send('x'.repeat(100_000))
  await closed.promise
})

test('a reader hears from a stream that has nothing to tell', async (t) => {
  const { socket, response } = await connected(t)
  openEventStream(response, { ...LIMITS, streamKeepAliveMs: 1 }, () => undefined)
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if (text.split(':\n\n').length > 4) break
  }
  response.destroy()
})

test('the end of a stream does not wait for a reader that does not read', async (t) => {
  const { response } = await connected(t)
  const closed = Promise.withResolvers<void>()
  const stream = openEventStream(response, { ...LIMITS, streamBufferBytes: 1e9 }, closed.resolve)
  // Far more than the kernel takes for the socket.
  for (let sent = 0; sent < 64; sent++) stream.send('x'.repeat(1_000_000))
  stream.end()
  await closed.promise
})
