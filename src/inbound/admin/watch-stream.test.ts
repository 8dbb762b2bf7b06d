import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { adminDoor, ask } from '../../../test/support/admin-door.ts'
import type { WatchEvent } from '../../contract/watch-event.ts'

const EVENT: WatchEvent = {
  time: '2026-09-21T14:13:20.000Z',
  agent: 'sales',
  operation: 'slack.post_message',
  resource: 'slack.post_message',
  decision: 'deny',
  receipt: 'r1',
  seq: 1,
}

/** Opens a watch and reads its lines one by one. */
async function watching(socketPath: string) {
  const asked = request({ socketPath, path: '/v1/watch', agent: false }).end()
  const [response] = await once(asked, 'response')
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]()
  let rest = ''
  return {
    response,
    async line() {
      while (!rest.includes('\n')) {
        const { value, done } = await chunks.next()
        if (done) return undefined
        rest += value
      }
      const end = rest.indexOf('\n')
      const line = JSON.parse(rest.slice(0, end))
      rest = rest.slice(end + 1)
      return line
    },
  }
}

test('a watch opens with a mark, brings each event, and ends with the runtime', async (t) => {
  const { socketPath, server, emit } = await adminDoor(t)
  const watch = await watching(socketPath)
  assert.deepEqual(await watch.line(), { watch: 'open' })
  emit({ ...EVENT, operation: 'odd\u2028name' })
  assert.deepEqual(await watch.line(), { ...EVENT, operation: 'odd\u2028name' })
  await server.close()
  assert.deepEqual(await watch.line(), { watch: 'closed', reason: 'stopped' })
  assert.equal(await watch.line(), undefined)
})

test('a watcher that leaves is forgotten', async (t) => {
  const { socketPath, watchers, left } = await adminDoor(t)
  const watch = await watching(socketPath)
  await watch.line()
  assert.equal(watchers.size, 1)
  watch.response.destroy()
  await left
  assert.equal(watchers.size, 0)
})

test('a watcher that does not read is cut, told so, and holds up nobody', async (t) => {
  const { socketPath, watchers, emit } = await adminDoor(t, { limits: { bufferBytes: 4096 } })
  const watch = await watching(socketPath)
  await watch.line()
  const event = { ...EVENT, text: 'x'.repeat(1000) }
  let sent = 0
  while (watchers.size > 0) {
    emit({ ...event, seq: sent })
    sent += 1
    assert.ok(sent < 10_000, 'what waits for a reader has a bound')
  }
  let received = 0
  for (;;) {
    const line = await watch.line()
    if (line.watch === 'closed') {
      assert.equal(line.reason, 'slow_reader')
      break
    }
    assert.equal(line.seq, received)
    received += 1
  }
  assert.equal(received, sent)
})

test('a watcher that was cut and still does not read is let go', async (t) => {
  const { socketPath, watchers, emit, server } = await adminDoor(t, {
    limits: { bufferBytes: 1024, lingerMs: 20 },
  })
  const watch = await watching(socketPath)
  await watch.line()
  while (watchers.size > 0) emit({ ...EVENT, text: 'x'.repeat(100_000) })
  // Only ends once every connection has ended.
  await server.close()
})

test('one watcher more than there may be is refused', async (t) => {
  const { socketPath } = await adminDoor(t, { limits: { watchers: 1 } })
  const watch = await watching(socketPath)
  await watch.line()
  const { status, body } = await ask(socketPath, 'GET /v1/watch')
  assert.deepEqual([status, body.error.code], [503, 'WATCH_LIMIT'])
  watch.response.destroy()
})
