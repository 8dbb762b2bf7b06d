import { test } from 'node:test'
import { assertRepelled } from '../support/assert-repelled.ts'
import { exchange, rawPost } from '../support/raw-http.ts'
import { as, INITIALIZE, runningDoor } from '../support/running-door.ts'

// A page of evil.example lets its own name point at 127.0.0.1: to the browser this is its server.

for (const host of ['evil.example', 'evil.example:7332', 'localhost.evil.example']) {
  test(`a request for the host ${host} is repelled though its token is good`, async (t) => {
    const running = await runningDoor(t)
    const headers = { ...as('sales'), host }
    const send = () => rawPost(running.port, headers, JSON.stringify(INITIALIZE))
    await assertRepelled(running, { code: 'HOST_REFUSED', send })
  })
}

for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1']) {
  test(`a request of a page of ${origin} is repelled though its token is good`, async (t) => {
    const running = await runningDoor(t)
    const headers = { ...as('sales'), origin }
    const send = () => rawPost(running.port, headers, JSON.stringify(INITIALIZE))
    await assertRepelled(running, { code: 'ORIGIN_REFUSED', send })
  })
}

test('a request without a host is no way round the check of the host', async (t) => {
  const running = await runningDoor(t)
  const send = () => exchange(running.port, 'POST /mcp HTTP/1.1\r\nconnection: close\r\n\r\n')
  await assertRepelled(running, { code: 'HOST_REFUSED', send })
})

test('an address that is served nowhere is no way round the check of the host', async (t) => {
  const running = await runningDoor(t)
  const head = 'GET /elsewhere HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n'
  const send = () => exchange(running.port, head)
  await assertRepelled(running, { code: 'HOST_REFUSED', send })
})
