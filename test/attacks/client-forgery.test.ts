import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { ownToken } from '../support/human-token.ts'
import { type AssertionChanges, askToken } from '../support/oauth-agent.ts'
import { oauthRuntime } from '../support/oauth-runtime.ts'

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const now = () => Math.floor(Date.now() / 1000)

/** Assertions (RFC 7523) that prove nothing. */
const FORGED: Readonly<Record<string, AssertionChanges>> = {
  'another key': { key: stranger },
  'another key under a kid that is a path': { key: stranger, header: { kid: '../../etc/passwd' } },
  'another key under a kid that is SQL': { key: stranger, header: { kid: "' OR 1=1 --" } },
  'another key that it brings itself': {
    ...{ key: stranger, header: { jwk: stranger.export({ format: 'jwk' }) } },
  },
  'the address of its key': { header: { jku: 'http://127.0.0.1:1/jwks.json' } },
  'another issuer': { claims: { iss: 'helper' } },
  'another subject': { claims: { sub: 'helper' } },
  'a client that is not there': { claims: { iss: 'ceo', sub: 'ceo' } },
  'a client of another tenant': { claims: { iss: 'acme/sales', sub: 'acme/sales' } },
  'a client that is a path': { claims: { iss: '../sales', sub: '../sales' } },
  'a client that is an address': {
    ...{ claims: { iss: 'http://127.0.0.1:1/c', sub: 'http://127.0.0.1:1/c' } },
  },
  'another audience': { claims: { aud: 'https://as.example' } },
  'the resource as its audience': { claims: { aud: 'http://127.0.0.1/mcp' } },
  'no end': { claims: { exp: undefined } },
  'an end that is past': { claims: { iat: now() - 600, exp: now() - 60 } },
  'an end that is years away': { claims: { exp: now() + 31_536_000 } },
  'a beginning that is minutes away': { claims: { iat: now() + 120, exp: now() + 180 } },
  'a time before which it is not good': { claims: { nbf: now() + 120 } },
  'no id': { claims: { jti: undefined } },
}

test('an assertion that proves nothing gets no token, and one answer for all', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '', helper: '' } })
  t.after(() => running.close())
  const params = { grant_type: 'client_credentials' }
  for (const [name, changes] of Object.entries(FORGED)) {
    await t.test(name, async () => {
      const assertion = await agent('sales').assertion(issuer, changes)
      const id = String(changes.claims?.sub ?? 'sales')
      const asker = { ...agent('sales'), id }
      const { status, body } = await askToken(issuer, asker, { params, assertion })
      assert.deepEqual(
        [status, body.error, body.code],
        [...[401, 'invalid_client', 'OAUTH_CLIENT_UNPROVED']],
      )
      assert.equal(body.error_description, 'The client did not prove who it is.')
    })
  }
  const codes = running.receipts().filter(({ channel }) => channel.door === 'oauth')
  assert.ok(codes.every(({ kind, actor }) => kind === 'refusal' && actor.length === 0))
  assert.ok(codes.length > 0)
})

test('no symmetric key and no algorithm `none` proves a client', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => running.close())
  const claims = { iss: 'sales', sub: 'sales', aud: issuer, jti: 'j', exp: now() + 60 }
  const secret = Buffer.from(agent('sales').jwk)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forged = [
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret),
    `${encode({ alg: 'none' })}.${encode(claims)}.`,
    `${encode({ alg: 'ES256' })}.${encode(claims)}.`,
  ]
  for (const assertion of forged) {
    const params = { grant_type: 'client_credentials' }
    const { body } = await askToken(issuer, agent('sales'), { params, assertion })
    assert.equal(body.code, 'OAUTH_CLIENT_UNPROVED')
  }
})

test('an assertion serves once: of two at one time, and after a restart', async (t) => {
  const name = 'http://gate.example:7070'
  const more = `[oauth]\nissuer = "${name}"`
  const { running, agent } = await oauthRuntime({ agents: { sales: '' }, more })
  t.after(() => running.close())
  const params = { grant_type: 'client_credentials' }
  const assertion = await agent('sales').assertion(name)
  const ask = () => askToken(running.runtime.address, agent('sales'), { params, assertion })
  const answers = await Promise.all(Array.from({ length: 8 }, ask))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await ask()).body.code, 'OAUTH_CLIENT_UNPROVED')
  await running.restart()
  assert.equal((await ask()).body.code, 'OAUTH_CLIENT_UNPROVED')
})

test('a body of a megabyte is not read to its end', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({ agents: { sales: '' } })
  t.after(() => running.close())
  const params = { grant_type: 'client_credentials' }
  const big = await askToken(issuer, agent('sales'), { params, assertion: 'a'.repeat(1_000_000) })
  assert.deepEqual([big.status, big.body.code], [400, 'OAUTH_REQUEST_INVALID'])
  const long = await askToken(issuer, agent('sales'), { params, assertion: 'a'.repeat(20_000) })
  assert.equal(long.body.code, 'OAUTH_REQUEST_INVALID')
})

test('there are tokens for this resource and no other, and for no wider scope', async (t) => {
  const { running, issuer, agent } = await oauthRuntime({
    agents: { sales: 'scopes = ["desk.*"]' },
  })
  t.after(() => running.close())
  const ask = (more: Record<string, string>) =>
    askToken(issuer, agent('sales'), { params: { grant_type: 'client_credentials', ...more } })
  const cases: readonly [Record<string, string>, string][] = [
    [{ resource: 'https://other.example/mcp' }, 'OAUTH_TARGET_INVALID'],
    [{ resource: `${issuer}/mcp/` }, 'OAUTH_TARGET_INVALID'],
    [{ resource: `${issuer}/mcp#x` }, 'OAUTH_TARGET_INVALID'],
    [{ scope: '*' }, 'OAUTH_SCOPE_WIDER'],
    [{ scope: 'desk.* crm.query' }, 'OAUTH_SCOPE_WIDER'],
    [{ scope: 'desk.*.x' }, 'OAUTH_SCOPE_INVALID'],
    [{ grant_type: 'password', username: 'alice', password: 'x' }, 'OAUTH_REQUEST_INVALID'],
    [{ grant_type: 'authorization_code', code: 'x' }, 'OAUTH_REQUEST_INVALID'],
  ]
  for (const [more, code] of cases) assert.equal((await ask(more)).body.code, code, code)
  assert.ok(await ownToken(issuer, agent('sales'), 'desk.echo'))
})
