import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { exchange, openSocket, postHead, readToClose } from '../../../test/support/raw-http.ts'
import { as, INITIALIZE, request, runningDoor } from '../../../test/support/running-door.ts'

const BROKEN: readonly [title: string, text: string, code: string, status: number][] = [
  ['no HTTP at all', 'EHLO example.com\r\n\r\n', 'REQUEST_MALFORMED_HTTP', 400],
  ['TLS to a plain port', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 'REQUEST_MALFORMED_HTTP', 400],
  [
    'two lengths of one body',
    'POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'REQUEST_MALFORMED_HTTP',
    400,
  ],
  ['endless headers', `GET /mcp HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`, 'REQUEST_TOO_LARGE', 413],
]

for (const [title, text, code, status] of BROKEN) {
  test(`${title} is answered with ${code} and recorded`, async (t) => {
    const { port, gate } = await runningDoor(t)
    const reply = await exchange(port, text)
    assert.equal(reply.status, status)
    assert.equal(reply.body.error.data.code, code)
    assert.deepEqual(gate.refusals, [
      { code, agent: undefined, channel: { door: 'mcp', peer: '127.0.0.1', run: '-' } },
    ])
  })
}

const NOWHERE: readonly [method: string, path: string][] = [
  ['GET', '/'],
  ['POST', '/mcp/'],
  ['POST', '/MCP'],
  ['POST', '/sse'],
  ['PUT', '/mcp'],
  ['HEAD', '/mcp'],
  ['OPTIONS', '/mcp'],
  ['GET', '/%zz'],
]

test('nothing is served but the routes of the doors', async (t) => {
  const { port, gate } = await runningDoor(t)
  for (const [method, path] of NOWHERE) {
    const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n`
    const { status } = await exchange(port, `${head}authorization: Bearer sales-token\r\n\r\n`)
    assert.equal(status, 404, `${method} ${path}`)
  }
  assert.deepEqual(
    gate.refusals.map(({ code }) => code),
    NOWHERE.map(() => 'REQUEST_ROUTE_UNKNOWN'),
  )
})

test('a content type that is none is refused as another one is', async (t) => {
  const { post, open, gate, logged } = await runningDoor(t)
  const { status, body } = await post('{}', { ...(await open()), 'content-type': ';' })
  assert.equal(status, 415)
  assert.equal(body.error.data.code, 'REQUEST_CONTENT_TYPE')
  assert.equal(gate.refusals.at(-1)?.code, 'REQUEST_CONTENT_TYPE')
  assert.deepEqual(logged, [], 'it is no defect of ours')
})

test('a connection beyond the limit is closed, and those within it are served', async (t) => {
  const { port, post, gate, logged } = await runningDoor(t, { listener: { connections: 2 } })
  const first = await openSocket(port)
  const length = { 'content-length': '2' }
  first.write(postHead(port, { ...as('sales'), ...length }))
  assert.equal((await post(INITIALIZE, as('sales'))).status, 200)
  const third = await openSocket(port)
  third.resume()
  await once(third, 'close')
  assert.deepEqual(logged, ['mcp.connections.full'])
  const { channel } = await gate.refusal('CONNECTION_LIMIT')
  assert.equal(channel.peer, '127.0.0.1')
  const reply = readToClose(first)
  first.write('{}')
  assert.equal((await reply).status, 400)
})

test('a connection that carries nothing is closed without a record', async (t) => {
  const listener = { headersWaitMs: 20, requestWaitMs: 20, checkEveryMs: 10 }
  const { port, gate } = await runningDoor(t, { listener })
  const socket = await openSocket(port)
  socket.resume()
  await once(socket, 'close')
  assert.deepEqual(gate.refusals, [])
})

function selfSigned(t: TestContext): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const args = ['-newkey', 'ed25519', '-nodes', '-days', '1', '-subj', '/CN=localhost']
  execFileSync('openssl', ['req', '-x509', ...args, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

test('over TLS the door serves version 1.3 and no older one', async (t) => {
  const tls = selfSigned(t)
  const { port } = await runningDoor(t, { tls })
  const dial = (options: ConnectionOptions) =>
    connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost', ...options })

  const socket = dial({})
  await once(socket, 'secureConnect')
  assert.equal(socket.getProtocol(), 'TLSv1.3')
  const body = JSON.stringify(request('ping'))
  const length = { 'content-length': String(body.length) }
  const reply = readToClose(socket)
  socket.write(postHead(port, { ...as('sales'), ...length }) + body)
  assert.equal((await reply).body.error.data.code, 'SESSION_MISSING')

  const older = dial({ maxVersion: 'TLSv1.2' })
  const [error] = await once(older, 'error')
  assert.match(error.code, /^ERR_SSL|ECONNRESET/)
})
