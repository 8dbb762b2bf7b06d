import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { loadConfig } from './load-config.ts'
import { publicKeysOf } from './oauth-clients.ts'

/** RFC 8037 appendix A.2, and its thumbprint by A.3. */
const X = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
const THUMBPRINT = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
const KEY = { kty: 'OKP', crv: 'Ed25519', x: X, kid: THUMBPRINT, alg: 'EdDSA' }
const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
`

test('an agent is a client with the keys, addresses and scopes that are declared', async (t) => {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'sales.pem'), PEM)
  writeFileSync(
    join(folder, 'portcullis.toml'),
    `[oauth]
issuer = "https://gate.example.com"
delegation_depth = 2
consent_ttl = "7d"
[agents.sales]
roles = []
keys = ["sales.pem", '{"kty":"OKP","crv":"Ed25519","x":"${X}","kid":"laptop","use":"sig"}']
redirect_uris = ["http://127.0.0.1:8976/back", "https://a.example/cb", "com.example.app:/cb"]
scopes = ["crm.*", "files.read"]
acts_for = ["agent:intern", "human:*"]
`,
  )
  const { agents, oauth } = loadConfig(join(folder, 'portcullis.toml'), {})
  const { keys, redirectUris, scopes, actsFor } = agents.sales ?? assert.fail()
  assert.deepEqual(keys, [KEY, { ...KEY, kid: 'laptop' }])
  assert.equal(redirectUris.length, 3)
  assert.deepEqual(
    { scopes, actsFor },
    {
      ...{ scopes: ['crm.*', 'files.read'], actsFor: ['agent:intern', 'human:*'] },
    },
  )
  assert.deepEqual(oauth, {
    ...{ issuer: 'https://gate.example.com', delegationDepth: 2, consentTtlMs: 604_800_000 },
  })
})

const MISTAKES: readonly [what: string, line: string, message: RegExp][] = [
  ['a file that is not there', 'keys = ["no.pem"]', /no public key/],
  ['a private key', 'keys = ["private.pem"]', /never put a private one/],
  ['a private JWK', `keys = ['{"kty":"OKP","crv":"Ed25519","x":"${X}","d":"${X}"}']`, /no public/],
  ['a symmetric key', `keys = ['{"kty":"oct","k":"${X}"}']`, /no public key/],
  ['an address in plain text', 'redirect_uris = ["http://a.example/cb"]', /a browser goes back/],
  ['a script as an address', 'redirect_uris = ["javascript:alert(1)"]', /a browser goes back/],
  ['an address with a fragment', 'redirect_uris = ["https://a.example/#x"]', /a browser goes/],
  ['a star in the middle', 'scopes = ["crm.*.read"]', /an operation/],
  ['whoever there is', 'acts_for = ["*"]', /agent:NAME/],
]

for (const [what, line, message] of MISTAKES) {
  test(`${what} is refused at the start`, async (t) => {
    const folder = await scratch(t)
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(join(folder, 'private.pem'), pem)
    const file = join(folder, 'portcullis.toml')
    writeFileSync(file, `[agents.sales]\nroles = []\n${line}\n`)
    assert.throws(() => loadConfig(file, {}), { code: 'CONFIG_INVALID', message })
  })
}

test('keys are read from PEM, a JWK and a JWK Set, and what else stands in one is dropped', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: X, x5u: 'https://evil.example', kid: '../../etc' }
  assert.deepEqual(publicKeysOf(PEM), [KEY])
  assert.deepEqual(publicKeysOf(JSON.stringify(jwk)), [KEY])
  assert.deepEqual(publicKeysOf(JSON.stringify({ keys: [jwk, jwk] })), [KEY, KEY])
  assert.equal(publicKeysOf('nothing of the sort'), undefined)
})
