import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { type Minted, mint, mintRoot } from '../../../test/support/certificates.ts'
import { openSocket, postHead, readToClose } from '../../../test/support/raw-http.ts'
import { as, INITIALIZE, runningDoor } from '../../../test/support/running-door.ts'
import type { ErrorCode } from '../../kernel/errors.ts'

const HOUR = 3_600_000
const ROOT = await mintRoot()
const SERVER = await mint({ names: [{ type: 'dns', value: 'localhost' }] }, ROOT)
const CLIENT = await mint({ subject: 'CN=client' }, ROOT)
const STRANGER = await mintRoot()

async function door(t: TestContext, required: boolean) {
  const tls = { cert: SERVER.cert, key: SERVER.key, clients: { ca: ROOT.cert, required } }
  const running = await runningDoor(t, { tls })
  const dial = (options: ConnectionOptions) => {
    const { port } = running
    const servername = 'localhost'
    const socket = connect({ port, host: '127.0.0.1', ca: ROOT.cert, servername, ...options })
    t.after(() => socket.destroy())
    // What the client makes of it tells nothing: the server is asked.
    socket.on('error', () => undefined)
    return socket
  }
  return { ...running, dial }
}

const as13 = ({ cert, key }: Minted): ConnectionOptions => ({ cert, key })

const REFUSED: readonly [title: string, client: ConnectionOptions, code: ErrorCode][] = [
  ['a client without a certificate', {}, 'CLIENT_CERTIFICATE_MISSING'],
  [
    'a certificate of another authority',
    as13(await mint({}, STRANGER)),
    'CLIENT_CERTIFICATE_INVALID',
  ],
  ['a certificate that signed itself', as13(await mint({})), 'CLIENT_CERTIFICATE_INVALID'],
  [
    'an authority that calls itself as ours',
    as13(await mint({}, await mintRoot({ subject: ROOT.x509.subject }))),
    'CLIENT_CERTIFICATE_INVALID',
  ],
  [
    'a certificate that a client certificate signed',
    as13(await mint({ subject: 'CN=grandchild' }, CLIENT)),
    'CLIENT_CERTIFICATE_INVALID',
  ],
  [
    'a certificate that has expired',
    as13(await mint({ life: [-2 * HOUR, -HOUR] }, ROOT)),
    'CLIENT_CERTIFICATE_EXPIRED',
  ],
  [
    'a certificate that is not valid yet',
    as13(await mint({ life: [HOUR, 2 * HOUR] }, ROOT)),
    'CLIENT_CERTIFICATE_EXPIRED',
  ],
  ['a client of TLS 1.2', { ...as13(CLIENT), maxVersion: 'TLSv1.2' }, 'TLS_VERSION_REFUSED'],
]

for (const [title, client, code] of REFUSED) {
  test(`${title} is refused by the server with ${code}, and recorded`, async (t) => {
    const { dial, gate } = await door(t, true)
    const socket = dial(client)
    // Sent with the last flight of the handshake, before the client can know that it failed.
    socket.write(postHead(0, as('sales')))
    const { channel } = await gate.refusal(code)
    assert.deepEqual(channel, { door: 'mcp', peer: '127.0.0.1', run: '-' })
    assert.equal(gate.refusals.length, 1)
    assert.deepEqual(gate.guarded, [])
  })
}

test('what is no handshake at all is refused, and recorded', async (t) => {
  const { port, gate } = await door(t, true)
  const socket = await openSocket(port)
  socket.write('GET /mcp HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await gate.refusal('TLS_HANDSHAKE_FAILED')
  assert.equal(gate.refusals.length, 1)
})

async function initialize(
  { dial, port, gate }: Awaited<ReturnType<typeof door>>,
  client: ConnectionOptions,
  headers: Record<string, string>,
) {
  const socket = dial(client)
  await once(socket, 'secureConnect')
  const body = JSON.stringify(INITIALIZE)
  const length = { 'content-length': String(body.length), connection: 'close' }
  const reply = readToClose(socket)
  socket.write(postHead(port, { ...headers, ...length }) + body)
  return { ...(await reply), credentials: gate.admitted }
}

test('a certificate speaks for a connection that brings no token', async (t) => {
  const { credentials } = await initialize(await door(t, true), as13(CLIENT), {})
  const [credential] = credentials
  assert.equal(credential?.kind, 'certificate')
  const { der, thumbprint } = credential.certificate
  assert.deepEqual(Buffer.from(der), Buffer.from(CLIENT.x509.rawData))
  assert.equal(
    thumbprint,
    Buffer.from(await CLIENT.x509.getThumbprint('SHA-256')).toString('base64url'),
  )
})

test('a token comes with the certificate beside it, and whether it came from here', async (t) => {
  const { credentials, status } = await initialize(await door(t, true), as13(CLIENT), as('sales'))
  assert.equal(status, 200)
  const [credential] = credentials
  assert.equal(credential?.kind, 'bearer')
  assert.equal(credential.loopback, true)
  assert.ok(credential.certificate)
})

test('where certificates are optional, a client without one proves nothing by it', async (t) => {
  const { credentials, status } = await initialize(await door(t, false), {}, {})
  assert.equal(status, 401)
  assert.deepEqual(credentials, [{ kind: 'none' }])
})

test('where certificates are optional, a bad one is refused all the same', async (t) => {
  const { dial, gate } = await door(t, false)
  dial(as13(await mint({}, STRANGER))).write(postHead(0, as('sales')))
  await gate.refusal('CLIENT_CERTIFICATE_INVALID')
  assert.deepEqual(gate.admitted, [])
})

test('a header that cannot be read is not made good by a certificate', async (t) => {
  const headers = { authorization: 'Basic x' }
  const { credentials, status } = await initialize(await door(t, true), as13(CLIENT), headers)
  assert.equal(status, 401)
  assert.deepEqual(credentials, [{ kind: 'none' }])
})

test('a connection ends with the certificate that opened it', async (t) => {
  const { dial, gate } = await door(t, true)
  // Certificates count whole seconds.
  const short = await mint({ life: [-HOUR, 2_000] }, ROOT)
  const socket = dial(as13(short))
  await once(socket, 'secureConnect')
  socket.resume()
  await once(socket, 'close')
  assert.ok(Date.now() >= short.x509.notAfter.getTime())
  assert.deepEqual(gate.refusals, [])
})
