import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer, type TlsOptions } from 'node:tls'
import { pinOf } from '../../src/app/tls/pins.ts'
import { type Minted, mint, mintRoot } from '../support/certificates.ts'
import { runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'

const HOUR = 3_600_000
const LOCALHOST = [{ type: 'dns', value: 'localhost' }] as const
const ROOT = await mintRoot()
const pin = ({ cert }: Minted) => pinOf(new X509Certificate(cert))
const GOOD = await mint({ names: LOCALHOST }, ROOT)

const IMPOSTORS: Readonly<Record<string, readonly [code: string, shown: Minted, TlsOptions?]>> = {
  another_key: ['PEER_PIN_MISMATCH', await mint({ names: LOCALHOST }, ROOT)],
  another_authority: [
    'PEER_CERTIFICATE_UNTRUSTED',
    await mint({ names: LOCALHOST, keys: GOOD.keys }, await mintRoot()),
  ],
  its_own_authority: [
    'PEER_CERTIFICATE_UNTRUSTED',
    await mint({ names: LOCALHOST, keys: GOOD.keys }),
  ],
  yesterday: [
    'PEER_CERTIFICATE_EXPIRED',
    await mint({ names: LOCALHOST, keys: GOOD.keys, life: [-2 * HOUR, -HOUR] }, ROOT),
  ],
  another_name: [
    'PEER_CERTIFICATE_MISNAMED',
    await mint({ names: [{ type: 'dns', value: 'evil.example' }], keys: GOOD.keys }, ROOT),
  ],
  old_tls: ['PEER_TLS_TOO_OLD', GOOD, { maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' }],
}

test('an impostor gets no byte of a request, and the receipt says why', async (t) => {
  const ca = join(await scratch(t), 'ca.pem')
  writeFileSync(ca, ROOT.cert)
  const heard: string[] = []
  const tables: string[] = []
  for (const [name, [, { cert, key }, options]] of Object.entries(IMPOSTORS)) {
    const server = createServer({ cert, key, ...options }, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => heard.push(name))
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const url = `url = "https://localhost:${port}/mcp"\nheaders = { authorization = "Bearer x" }`
    tables.push(`[servers.${name}]\ntransport = "http"\n${url}`)
    tables.push(`[servers.${name}.tls]\nca = ${JSON.stringify(ca)}\npins = ["${pin(GOOD)}"]`)
  }
  const more = tables.join('\n')
  const running = await runRuntime({ policy: 'policy none {}\n', agents: ['sales'], more })
  t.after(() => running.close())
  const failed = running
    .receipts()
    .filter(({ event }) => event?.name === 'upstream.failed')
    .map(({ event }) => event?.detail)
  const expected = Object.entries(IMPOSTORS).map(([name, [code]]) => `${name}: ${code}`)
  assert.deepEqual(failed.sort(), expected.sort())
  assert.deepEqual(heard, [])
})
