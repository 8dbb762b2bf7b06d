import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'

const SERVER = '[servers.crm]\ntransport = "http"\nurl = "https://crm.example.com/mcp"\n'
const PIN = `sha256:${'A'.repeat(43)}=`

const MISTAKES: readonly [title: string, text: string, said: RegExp][] = [
  [
    'a certificate in a file without its key',
    '[listen.mcp.tls]\ncert = "portcullis.toml"',
    /:2:8: a certificate in a file needs its `key`/,
  ],
  [
    'a key beside an own certificate',
    '[listen.mcp.tls]\ncert = "own"\nkey = "portcullis.toml"',
    /:3:7: `cert = "own"` brings its key along/,
  ],
  [
    'a certificate that is not there',
    '[listen.mcp.tls]\ncert = "cert.pem"\nkey = "portcullis.toml"',
    /:2:8: `listen.mcp.tls.cert` names a file that is not there/,
  ],
  [
    'an authority of clients that is not there',
    '[listen.mcp.tls]\ncert = "own"\nclient_ca = "ca.pem"',
    /:3:13: `listen.mcp.tls.client_ca` names a file that is not there/,
  ],
  [
    'client certificates that are neither optional nor required',
    '[listen.mcp.tls]\ncert = "own"\nclient_certificate = "maybe"',
    /`optional` or `required`/,
  ],
  ['a pin that is none', `${SERVER}[servers.crm.tls]\npins = ["sha256:AAAA"]`, /a public key/],
  ['TLS 1.1', `${SERVER}[servers.crm.tls]\nmin_version = "1.1"`, /`1.3` or `1.2`/],
  [
    'a client key without its certificate',
    `${SERVER}[servers.crm.tls]\nkey = "portcullis.toml"`,
    /a `key` is of no use without its `cert`/,
  ],
  [
    'TLS to a plain address',
    `${SERVER.replace('https://crm.example.com', 'http://localhost')}[servers.crm.tls]\n`,
    /`tls` is for an address of `https`/,
  ],
  ['an SVID for two days', '[certificates]\nsvid_ttl = "48h"', /from `1m` to `24h`|`1m` to `24h`/],
  ['a warning a second before', '[certificates]\nwarn_before = ["1s"]', /`1m` to `366d`/],
]

for (const [title, text, said] of MISTAKES) {
  test(`${title} is a mistake`, async (t) => {
    const { code, message } = await refusal(t, `${text}\n`)
    assert.equal(code, 'CONFIG_INVALID')
    assert.match(message, said)
  })
}

test('TLS to a server is TLS 1.3 without pins, unless it says otherwise', async (t) => {
  const more = '[servers.old]\ntransport = "http"\nurl = "https://old.example.com/mcp"\n'
  const own = '[servers.old.tls]\ncert = "own"\nca = "own"\n'
  const tls = `${own}pins = ["${PIN}"]\nmin_version = "1.2"\n`
  const { config } = await loadText(t, SERVER + more + tls)
  const { crm, old } = config.servers
  assert.ok(crm?.transport === 'http' && old?.transport === 'http')
  assert.deepEqual(crm.tls, { pins: [], minVersion: 'TLSv1.3' })
  assert.deepEqual(old.tls, {
    ...{ authority: 'own', certificate: 'own', pins: [PIN], minVersion: 'TLSv1.2' },
  })
})
