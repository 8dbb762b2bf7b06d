import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer, type TlsOptions } from 'node:tls'
import { type Minted, mint, mintRoot } from '../../../test/support/certificates.ts'
import { codeOf } from '../../kernel/errors.ts'
import { Changing, fixed } from './live.ts'
import { type PeerTls, PLAIN_PEER, peerConnector } from './peer-connector.ts'
import { pinOf } from './pins.ts'

const HOUR = 3_600_000
const LOCALHOST = [{ type: 'dns', value: 'localhost' }] as const
const ROOT = await mintRoot()
const OTHER_ROOT = await mintRoot()
const SERVER = await mint({ names: LOCALHOST }, ROOT)
const CLIENT = await mint({ subject: 'CN=client' }, ROOT)
const pin = ({ cert }: Minted) => pinOf(new X509Certificate(cert))

/** A server, and what it makes of those who connect. */
async function serving(t: TestContext, shown: Minted, options: TlsOptions = {}) {
  const { cert, key } = shown
  const admitted: string[] = []
  const server = createServer({ cert, key, minVersion: 'TLSv1.3', ...options }, (socket) => {
    admitted.push(socket.getPeerX509Certificate()?.subject ?? '-')
    socket.on('error', () => undefined)
    socket.end('hello')
  })
  // Whoever does not like what is shown here goes away.
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const connect = (peer: Partial<PeerTls>) => {
    const connector = peerConnector(
      { ...PLAIN_PEER, authorities: fixed([ROOT.cert]), ...peer },
      { timeoutMs: 10_000 },
    )
    const target = { hostname: 'localhost', host: 'localhost', protocol: 'https:' }
    return new Promise<string>((resolve) => {
      connector({ ...target, port: String(port), servername: 'localhost' }, (error, socket) => {
        if (error !== null) return resolve(codeOf(error))
        socket.on('error', (fault) => resolve(String((fault as NodeJS.ErrnoException).code)))
        socket.once('data', () => {
          socket.destroy()
          resolve('served')
        })
      })
    })
  }
  return { connect, admitted, server }
}

const CASES: readonly [title: string, shown: Minted, peer: Partial<PeerTls>, outcome: string][] = [
  ['the server that is meant', SERVER, {}, 'served'],
  ['the server whose key is pinned', SERVER, { pins: [pin(CLIENT), pin(SERVER)] }, 'served'],
  ['a server whose authority is pinned', SERVER, { pins: [pin(ROOT)] }, 'served'],
  ['a server with another key', SERVER, { pins: [pin(CLIENT)] }, 'PEER_PIN_MISMATCH'],
  [
    'a server of another authority',
    await mint({ names: LOCALHOST }, OTHER_ROOT),
    {},
    'PEER_CERTIFICATE_UNTRUSTED',
  ],
  [
    'a server of another authority, though its key is pinned',
    await mint({ names: LOCALHOST, keys: SERVER.keys }, OTHER_ROOT),
    { pins: [pin(SERVER)] },
    'PEER_CERTIFICATE_UNTRUSTED',
  ],
  [
    'a server that signed for itself',
    await mint({ names: LOCALHOST }),
    {},
    'PEER_CERTIFICATE_UNTRUSTED',
  ],
  [
    'a server whose certificate has expired',
    await mint({ names: LOCALHOST, life: [-2 * HOUR, -HOUR] }, ROOT),
    {},
    'PEER_CERTIFICATE_EXPIRED',
  ],
  [
    'a server whose certificate is not valid yet',
    await mint({ names: LOCALHOST, life: [HOUR, 2 * HOUR] }, ROOT),
    {},
    'PEER_CERTIFICATE_EXPIRED',
  ],
  [
    'a server of another name',
    await mint({ names: [{ type: 'dns', value: 'example.com' }] }, ROOT),
    {},
    'PEER_CERTIFICATE_MISNAMED',
  ],
  [
    'a server of the name that is configured',
    await mint({ names: [{ type: 'dns', value: 'example.com' }] }, ROOT),
    { serverName: 'example.com' },
    'served',
  ],
]

for (const [title, shown, peer, outcome] of CASES) {
  test(`${title}: ${outcome}`, async (t) => {
    const { connect } = await serving(t, shown)
    assert.equal(await connect(peer), outcome)
  })
}

test('a server of TLS 1.2 is refused, unless that is said aloud', async (t) => {
  const { connect } = await serving(t, SERVER, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  assert.equal(await connect({}), 'PEER_TLS_TOO_OLD')
  assert.equal(await connect({ minVersion: 'TLSv1.2' }), 'served')
})

test('a pinned certificate laid beside a chain that it did not sign is no pin', async (t) => {
  // The attacker has a certificate of an authority that counts, and makes another in the name of
  // that authority with the pinned key, which is public. Nothing is signed by it.
  const attacker = await mint({ names: LOCALHOST }, ROOT)
  const pinned = await mintRoot()
  const decoy = await mintRoot({ subject: ROOT.x509.subject, keys: pinned.keys })
  const chain = `${attacker.cert}\n${decoy.cert}`
  const { connect } = await serving(t, { ...attacker, cert: chain })
  assert.equal(await connect({ pins: [pin(pinned)] }), 'PEER_PIN_MISMATCH')
})

test('the server knows us by our certificate, and by the next one after a renewal', async (t) => {
  const asking = { requestCert: true, rejectUnauthorized: true, ca: ROOT.cert }
  const { connect, admitted } = await serving(t, SERVER, asking)
  const certificate = new Changing({ cert: CLIENT.cert, key: CLIENT.key })
  assert.equal(await connect({ certificate }), 'served')
  const next = await mint({ subject: 'CN=next' }, ROOT)
  certificate.set({ cert: next.cert, key: next.key })
  assert.equal(await connect({ certificate }), 'served')
  assert.deepEqual(admitted, ['CN=client', 'CN=next'])
})

test('without our certificate a server that asks for it admits nobody', async (t) => {
  const asking = { requestCert: true, rejectUnauthorized: true, ca: ROOT.cert }
  const { connect, admitted, server } = await serving(t, SERVER, asking)
  const refused = once(server, 'tlsClientError')
  const outcome = connect({})
  await refused
  assert.notEqual(await outcome, 'served')
  assert.deepEqual(admitted, [])
})
