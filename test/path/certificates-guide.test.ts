import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pinOf } from '../../src/app/tls/pins.ts'
import { mintRoot } from '../support/certificates.ts'
import { runShell, shellBlocks } from '../support/guide.ts'
import { runRuntime } from '../support/running-runtime.ts'

test('the guide to certificates can be followed to the letter', async (t) => {
  const running = await runRuntime({
    policy: 'policy none {}\n',
    agents: ['sales'],
    more: '[listen.mcp.tls]\ncert = "own"\nclient_ca = "own"\n',
  })
  t.after(() => running.close())
  const { folder } = running
  const crm = await mintRoot()
  writeFileSync(join(folder, 'crm-ca.pem'), crm.cert)
  const blocks = [...shellBlocks('certificates.md')]
  const address = running.runtime.address.replace('127.0.0.1', 'localhost')
  const next = (start: string) => {
    const block = blocks.shift() ?? ''
    assert.ok(block.includes(start), block)
    return runShell(`ADDRESS=${address}\n${block}`, folder)
  }
  assert.match(await next('ca show --pem'), /ca.pem: OK/)
  const root = readFileSync(join(folder, 'ca.pem'), 'utf8')
  const bundle = JSON.parse(await next('spiffe-bundle'))
  assert.equal(bundle.keys[0].use, 'x509-svid')
  const raw = Buffer.from(bundle.keys[0].x5c[0], 'base64')
  assert.deepEqual(raw, new X509Certificate(root).raw)
  assert.equal(
    `sha256:${(await next('openssl x509')).trim()}`,
    pinOf(new X509Certificate(crm.cert)),
  )
  assert.match(await next('ca rotate'), /\n1 +active[\s\S]*\n1 +retiring|\n2 +announced/)
  const emergency = await next('--emergency')
  assert.match(emergency, /\n3 +active/)
  assert.doesNotMatch(emergency, /\n1 /)
  assert.deepEqual(blocks, [])
  const names = running.receipts().map(({ event }) => event?.name)
  assert.equal(names.filter((name) => name === 'ca.rotated').length, 2)
})

/** The first certificate that a server shows, and what OpenSSL makes of it. */
const S_CLIENT = `
portcullis ca show --pem > ca.pem
openssl s_client -connect "$HOST" -CAfile ca.pem -verify_return_error -tls1_3 </dev/null 2>&1
`

test('stock OpenSSL verifies the listener, and speaks no TLS 1.2 to it', async (t) => {
  const running = await runRuntime({
    policy: 'policy none {}\n',
    agents: ['sales'],
    more: '[listen.mcp.tls]\ncert = "own"\nclient_ca = "own"\n',
  })
  t.after(() => running.close())
  const { host } = new URL(running.runtime.address)
  const said = await runShell(`HOST=${host}\n${S_CLIENT}`, running.folder)
  assert.match(said, /Verify return code: 0 \(ok\)/)
  assert.match(said, /TLSv1\.3/)
  assert.match(said, /Acceptable client certificate CA names\n.*Portcullis CA/)
  const old = `openssl s_client -connect ${host} -tls1_2 </dev/null`
  await assert.rejects(runShell(old, running.folder), /alert protocol version/)
})
