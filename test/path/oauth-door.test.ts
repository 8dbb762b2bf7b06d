import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import { clientCertificateOf } from '../../src/inbound/mcp/client-certificates.ts'
import { createMcpServer, type McpServerOptions } from '../../src/inbound/mcp/server.ts'
import { createOAuthDoor } from '../../src/inbound/oauth/door.ts'
import { PortcullisError } from '../../src/kernel/errors.ts'
import { publicJwk } from '../../src/kernel/identity/public-jwk.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { openOAuth } from '../../src/stores/oauth/open-oauth.ts'
import { mint, mintRoot } from '../support/certificates.ts'
import { inMemoryGate } from '../support/in-memory-gate.ts'
import { askToken, type OAuthAgent, oauthAgent } from '../support/oauth-agent.ts'
import { scratch } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'

const PARAMS = { grant_type: 'client_credentials' }
const SVID = 'spiffe://example.com/t/default/agent/sales'
const ROOT = await mintRoot()
const SERVER = await mint({ names: [{ type: 'dns', value: 'localhost' }] }, ROOT)

interface Setup {
  readonly gate?: Partial<ReturnType<typeof inMemoryGate>>
  readonly tls?: McpServerOptions['tls']
}

async function door(t: TestContext, { gate: changes = {}, tls }: Setup = {}) {
  const sales: OAuthAgent = await oauthAgent('sales')
  const gate = { ...inMemoryGate(), ...changes }
  const store = openOAuth(join(await scratch(t), 'oauth.db'))
  t.after(() => store.close())
  const key = publicJwk(JSON.parse(sales.jwk)) ?? assert.fail()
  const agent = {
    ...{ tenant: DEFAULT_TENANT, id: 'sales', keys: [key], redirectUris: [], scopes: ['*'] },
    ...{ actsFor: [], tokenTtlMs: 60_000 },
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  const oauth = createOAuthDoor({
    ...{ gate, log: silentLog, clock: { now: () => Date.now() }, store },
    agents: (_tenant, id) => (id === 'sales' ? agent : undefined),
    ...{ signingKey: privateKey, nonceSecret: Buffer.alloc(32), delegationDepth: 4 },
    subject: async () => {
      throw new PortcullisError('IDENTITY_INVALID', 'none')
    },
    consentTtlMs: 60_000,
    ...(tls && {
      certificates: { of: ({ socket }) => clientCertificateOf(socket), trustDomain: 'example.com' },
    }),
  })
  const server = createMcpServer({
    ...{ gate, log: silentLog, allowedHosts: [], allowedOrigins: [], ...(tls && { tls }) },
  })
  await server.register(oauth.routes)
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  const issuer = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  oauth.open(issuer)
  return { issuer, port, sales, gate }
}

test('no token leaves before its receipt is durable, and none without one', async (t) => {
  const durable = Promise.withResolvers<void>()
  const { issuer, sales } = await door(t, { gate: { note: () => durable.promise } })
  let answered = false
  const asked = askToken(issuer, sales, { params: PARAMS }).then((answer) => {
    answered = true
    return answer
  })
  // The metadata are answered on the same connection pool meanwhile: only the token waits.
  const metadata = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  assert.equal(metadata.status, 200)
  assert.equal(answered, false)
  durable.resolve()
  assert.equal((await asked).status, 200)

  const full = async () => {
    throw new PortcullisError('LEDGER_FULL', 'no room')
  }
  const broken = await door(t, { gate: { note: full } })
  const { status, body } = await askToken(broken.issuer, broken.sales, { params: PARAMS })
  assert.equal(status, 503)
  assert.deepEqual(body, {
    error: 'temporarily_unavailable',
    error_description: 'The authorization server cannot answer at the moment.',
    code: 'OAUTH_UNAVAILABLE',
  })
})

test('a refusal has its receipt, by the client where it has proved itself', async (t) => {
  const { issuer, sales, gate } = await door(t)
  await askToken(issuer, sales, { params: { ...PARAMS, scope: '../etc' } })
  const stranger = await oauthAgent('sales')
  await askToken(issuer, stranger, { params: PARAMS })
  assert.deepEqual(
    gate.refusals.map(({ code, agent, channel }) => [code, agent, channel.door]),
    [
      ['OAUTH_SCOPE_INVALID', 'sales', 'oauth'],
      ['OAUTH_CLIENT_UNPROVED', undefined, 'oauth'],
    ],
  )
})

test('what is not part of it is not there: no default page, no other endpoint', async (t) => {
  const { issuer } = await door(t)
  const absent = [
    ...['/oauth/authorize', '/oauth/login/x', '/oauth/session/end', '/oauth/me', '/oauth/request'],
    ...['/oauth/token/introspection', '/oauth/token/revocation', '/oauth/register/sales'],
    ...['/.well-known/openid-configuration', '/interaction/x', '/oauth/session/end/confirm'],
  ]
  for (const path of absent) {
    for (const method of ['GET', 'POST']) {
      assert.equal((await fetch(`${issuer}${path}`, { method })).status, 404, `${method} ${path}`)
    }
  }
})

test('an agent proves itself by its certificate, and its token is bound to it', async (t) => {
  const tls = { ...SERVER, clients: { ca: ROOT.cert, required: false } }
  const { port, gate } = await door(t, { tls })
  const names = (value: string) => ({ names: [{ type: 'url' as const, value }] })
  const own = await mint({ subject: 'CN=sales', ...names(SVID) }, ROOT)
  const other = await mint({ subject: 'CN=x', ...names(SVID.replace('sales', 'other')) }, ROOT)
  const ask = (client: { cert: string; key: string } | undefined, id = SVID) =>
    post(port, client, new URLSearchParams({ ...PARAMS, client_id: id }).toString())
  const { status, body } = await ask(own)
  assert.equal(status, 200, JSON.stringify(body))
  const claims = decodeJwt(String(body.access_token))
  assert.deepEqual(Object.keys(claims.cnf ?? {}), ['x5t#S256'])
  assert.equal(claims.client_id, SVID)
  for (const [client, id] of [
    [undefined, SVID],
    [other, SVID],
    [own, 'spiffe://example.com/t/default/agent/other'],
    [own, 'spiffe://evil.example/t/default/agent/sales'],
    [own, 'sales'],
  ] as const) {
    assert.equal((await ask(client, id)).body.code, 'OAUTH_CLIENT_UNPROVED', id)
  }
  assert.ok(gate.refusals.every(({ agent }) => agent === undefined))
})

/** One form to the token endpoint over TLS, by a client with or without a certificate. */
function post(port: number, client: { cert: string; key: string } | undefined, form: string) {
  return new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, servername: 'localhost', path: '/oauth/token' },
        ...{ method: 'POST', ca: ROOT.cert, agent: false, ...client },
        headers: {
          ...{ host: `localhost:${port}`, 'content-length': Buffer.byteLength(form) },
          'content-type': 'application/x-www-form-urlencoded',
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }),
        )
      },
    )
    asked.on('error', reject).end(form)
  })
}
