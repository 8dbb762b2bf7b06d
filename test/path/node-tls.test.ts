import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pinOf } from '../../src/app/tls/pins.ts'
import { verifyTarget } from '../../src/app/verify/verify-target.ts'
import { startWitness } from '../../src/app/witness.ts'
import { openKeys } from '../../src/stores/keys-file/open-keys.ts'
import { type Minted, mint, mintRoot } from '../support/certificates.ts'
import { runRuntime } from '../support/running-runtime.ts'
import { scratch } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'

const LOOPBACK = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
] as const
const POLICY = 'policy desk {\n  allow: desk.echo\n  require: witnessed\n}\n'
const pin = ({ cert }: Minted) => pinOf(new X509Certificate(cert))

/** An authority, a node under it and another, as files. */
async function nodes(t: TestContext) {
  const folder = await scratch(t)
  const root = await mintRoot()
  const server = await mint({ subject: 'CN=server', names: LOOPBACK }, root)
  const node = await mint({ subject: 'CN=node' }, root)
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const files = ({ cert, key }: Minted, name: string) => ({
    ...{ cert: put(`${name}.pem`, cert), key: put(`${name}.key`, key) },
  })
  return {
    ...{ folder, pins: [pin(server)], ca: put('ca.pem', root.cert) },
    ...{ server: files(server, 'server'), node: files(node, 'node') },
  }
}

test('a witness serves the node that it knows by its certificate, and no other', async (t) => {
  const { folder, ca, server, node, pins } = await nodes(t)
  const keys = await openKeys(join(folder, 'keys'), { origin: 'portcullis.example/gate' })
  const witness = await startWitness({
    ...{ host: '127.0.0.1', port: 0, name: 'witness.example/w', logs: [keys.vkey], log: silentLog },
    ...{ state: join(folder, 'witness.db'), keyFile: join(folder, 'witness.pem') },
    tls: { ...server, clientCa: ca },
  })
  t.after(() => witness.close())
  assert.match(witness.address, /^https:/)
  const policy = `witness w ${witness.vkeys[0]} ${witness.address}\nquorum w\n`
  const table = `[witnesses]\nfinality_wait = "3s"\npolicy = """\n${policy}"""\n[witnesses.tls]\n`
  const asked = async (tls: string) => {
    const running = await runRuntime({
      ...{ policy: POLICY, agents: ['sales'], keys: join(folder, 'keys') },
      more: `${table}ca = ${JSON.stringify(ca)}\npins = ${JSON.stringify(pins)}\n${tls}`,
    })
    t.after(() => running.close())
    const client = await running.agent('sales')
    return client.callTool({ name: 'desk.echo', arguments: { message: 'hello' } })
  }
  const stranger = await asked('')
  assert.equal(stranger.isError, true, 'without a certificate no head is cosigned')
  const known = await asked(
    `cert = ${JSON.stringify(node.cert)}\nkey = ${JSON.stringify(node.key)}`,
  )
  assert.notEqual(known.isError, true)
})

test('a log behind mutual TLS is verified by whoever shows a certificate', async (t) => {
  const { ca, server, node, pins } = await nodes(t)
  const { cert, key } = server
  const more = `[ledger]
publish = "all"
[listen.mcp.tls]
cert = ${JSON.stringify(cert)}
key = ${JSON.stringify(key)}
client_ca = ${JSON.stringify(ca)}
client_certificate = "required"
`
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], more })
  t.after(() => running.close())
  const target = `${running.runtime.address}/log`
  const vkey = join(running.folder, '.portcullis', 'keys', 'ledger.vkey')
  const verdict = await verifyTarget(target, { key: vkey, tls: { ...node, ca, pins } })
  assert.equal(verdict.ok, true)
  await assert.rejects(verifyTarget(target, { key: vkey, tls: { ca, pins } }), {
    code: 'LOG_UNREACHABLE',
  })
  const other = [pin(await mintRoot())]
  await assert.rejects(verifyTarget(target, { key: vkey, tls: { ...node, ca, pins: other } }), {
    code: 'PEER_PIN_MISMATCH',
  })
})
