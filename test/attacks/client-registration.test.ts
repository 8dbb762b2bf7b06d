import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { ownToken } from '../support/human-token.ts'
import { BACK, oauthRuntime } from '../support/oauth-runtime.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const GOOD = { jwks: { keys: [jwk] }, redirect_uris: [BACK] }

async function registrar(t: TestContext) {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => running.close())
  const open = async () => (await running.runtime.operations.openRegistration('sales', {})).token
  const register = async (token: string | undefined, metadata: object | string) => {
    const response = await fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { running, issuer, agent, open, register }
}

test('nobody registers without the token of an operator, or twice with one', async (t) => {
  const { open, register } = await registrar(t)
  for (const token of [undefined, 'forged', `pcr_default.${'A'.repeat(43)}`, "pcr_' OR 1=1 --"]) {
    const { body } = await register(token, GOOD)
    assert.match(String(body.code), /OAUTH_REGISTRATION_REFUSED|OAUTH_REQUEST_INVALID/)
  }
  const token = await open()
  const answers = await Promise.all([1, 2, 3].map(() => register(token, GOOD)))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal((await register(token, GOOD)).body.code, 'OAUTH_REGISTRATION_REFUSED')
})

const BAD: readonly [string, object | string][] = [
  ['no keys', {}],
  ['keys to be fetched from an address', { jwks_uri: 'http://169.254.169.254/latest' }],
  ['a private key', { jwks: { keys: [privateKey.export({ format: 'jwk' })] } }],
  ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
  ['a secret in place of a key', { ...GOOD, token_endpoint_auth_method: 'client_secret_basic' }],
  ['no proof at all', { ...GOOD, token_endpoint_auth_method: 'none' }],
  ['a script to go back to', { ...GOOD, redirect_uris: ['javascript:alert(1)'] }],
  ['plain HTTP to go back to', { ...GOOD, redirect_uris: ['http://evil.example/cb'] }],
  ['a name of many characters', { ...GOOD, client_name: 'x'.repeat(1_000) }],
  ['so many keys', { jwks: { keys: Array.from({ length: 9 }, () => jwk) } }],
]

test('metadata that are not to be trusted register nothing, and use up nothing', async (t) => {
  const { open, register } = await registrar(t)
  const token = await open()
  for (const [name, metadata] of BAD) {
    await t.test(name, async () => {
      const { status, body } = await register(token, metadata)
      assert.deepEqual([status, body.code], [400, 'OAUTH_METADATA_INVALID'])
    })
  }
  for (const text of ['{', '[]', 'null', `{"a":"${'x'.repeat(1_000_000)}"}`]) {
    assert.equal((await register(token, text)).status, 400)
  }
  assert.equal((await register(token, GOOD)).status, 201)
})

test('what a client says of itself beyond that changes nothing', async (t) => {
  const { open, register, issuer, agent } = await registrar(t)
  const { body } = await register(await open(), {
    ...{ ...GOOD, client_id: 'sales', tenant: 'acme', agent: 'ceo', scope: 'openid', foo: 'bar' },
    ...{
      grant_types: ['implicit', 'password'],
      application_type: 'web',
      response_types: ['token'],
    },
  })
  const { client_id, tenant, agent: name, grant_types, foo } = body
  assert.match(String(client_id), /^~[\w-]{22}$/)
  assert.deepEqual([tenant, name, foo], ['default', 'sales', undefined])
  assert.ok(Array.isArray(grant_types) && !grant_types.includes('password'))
  // The id of the agent itself is still good for the agent's own key alone.
  assert.ok(await ownToken(issuer, agent('sales')))
})
