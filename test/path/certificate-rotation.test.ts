import assert from 'node:assert/strict'
import { once } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { type Minted, mint, mintRoot } from '../support/certificates.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'

const DAY = 86_400_000
const POLL_MS = 20
const LOCALHOST = [{ type: 'dns', value: 'localhost' }] as const

function put(folder: string, { cert, key }: Minted): void {
  for (const [name, text] of [
    ['cert.pem', cert],
    ['key.pem', key],
  ] as const) {
    writeFileSync(join(folder, `${name}.new`), text)
    renameSync(join(folder, `${name}.new`), join(folder, name))
  }
}

async function runtimeWith(t: TestContext, first: Minted) {
  const folder = await scratch(t)
  put(folder, first)
  const file = (name: string) => JSON.stringify(join(folder, name))
  const more = `[listen.mcp.tls]\ncert = ${file('cert.pem')}\nkey = ${file('key.pem')}\n`
  const running = await runRuntime({ policy: 'policy none {}\n', agents: ['sales'], more })
  t.after(() => running.close())
  return { running, folder }
}

async function dial(t: TestContext, { runtime }: RunningRuntime): Promise<TLSSocket> {
  const { port } = new URL(runtime.address)
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false })
  t.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

const serialOf = (socket: TLSSocket) => socket.getPeerX509Certificate()?.serialNumber.toLowerCase()

/** The detail of the first receipt of this name, past or to come: the ledger tells it, polled. */
async function told({ receipts }: RunningRuntime, name: string): Promise<string> {
  for (;;) {
    const found = receipts().find(({ event }) => event?.name === name)
    if (found !== undefined) return found.event?.detail ?? ''
    await setTimeout(POLL_MS)
  }
}

test('a renewed certificate is shown without a restart, and no connection breaks', async (t) => {
  const root = await mintRoot()
  const [first, second] = [
    await mint({ names: LOCALHOST, life: [-DAY, 60 * DAY], serial: '51' }, root),
    await mint({ names: LOCALHOST, life: [-DAY, 60 * DAY], serial: '52' }, root),
  ]
  const { running, folder } = await runtimeWith(t, first)
  const before = await dial(t, running)
  assert.equal(serialOf(before), '51')
  const replaced = told(running, 'certificate.replaced')
  put(folder, second)
  assert.equal(await replaced, 'listen.mcp.tls.cert')
  assert.equal(serialOf(await dial(t, running)), '52')
  before.write('GET /mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const [answer] = (await once(before, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 40/)
})

test('a broken renewal keeps the old certificate, and is receipted', async (t) => {
  const first = await mint({ names: LOCALHOST, life: [-DAY, 60 * DAY], serial: '51' })
  const { running, folder } = await runtimeWith(t, first)
  const rejected = told(running, 'certificate.rejected')
  put(folder, { ...first, cert: 'no certificate' })
  assert.equal(await rejected, 'listen.mcp.tls.cert')
  assert.equal(serialOf(await dial(t, running)), '51')
})

test('a certificate that ends soon raises an alert, and the status says so', async (t) => {
  const ends = await mint({ names: LOCALHOST, life: [-DAY, 5 * DAY] })
  const { running } = await runtimeWith(t, ends)
  const detail = await told(running, 'certificate.expiring')
  assert.equal(detail, `listen.mcp.tls.cert ends ${ends.x509.notAfter.toISOString()}`)
  const { certificates } = await running.runtime.operations.status()
  assert.deepEqual(certificates, [
    { where: 'listen.mcp.tls.cert', ends: ends.x509.notAfter.toISOString(), expiring: true },
  ])
})
