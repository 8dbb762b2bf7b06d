import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as next from '@modelcontextprotocol/client'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { decodeJwt } from 'jose'
import { Browser } from '../support/login-form.ts'
import { BACK, oauthRuntime } from '../support/oauth-runtime.ts'

const CALL = { name: 'desk.echo', arguments: { text: 'hello' } }
const WHO = { name: 'test', version: '1' }

async function runtime(t: TestContext, sales = '') {
  const setup = { agents: { sales: `${sales}\nredirect_uris = ["${BACK}"]` } }
  const running = await oauthRuntime(setup)
  t.after(() => running.running.close())
  return running
}

/** What one of our agents needs of an SDK to prove itself with its key. */
function keyPem({ key }: { readonly key: import('node:crypto').KeyObject }): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

test('the SDK gets a token by its key, without any human, and calls a tool', async (t) => {
  const { issuer, agent, running } = await runtime(t)
  const authProvider = new PrivateKeyJwtProvider({
    ...{ clientId: 'sales', privateKey: keyPem(agent('sales')), algorithm: 'ES256' },
    ...{ expectedIssuer: issuer, scope: 'desk.*' },
  })
  const client = new Client(WHO)
  const transport = new StreamableHTTPClientTransport(new URL(`${issuer}/mcp`), { authProvider })
  await client.connect(transport)
  t.after(() => client.close())
  const result = await client.callTool(CALL)
  assert.equal(result.isError, undefined)
  const claims = decodeJwt(authProvider.tokens()?.access_token ?? '')
  assert.equal(claims.aud, `${issuer}/mcp`)
  assert.equal(claims.scope, 'desk.*')
  const [told] = running.receipts().filter(({ event }) => event?.name === 'oauth.token_issued')
  assert.match(
    told?.event?.detail ?? '',
    /by client_credentials for agent:sales until .*: desk\.\*$/,
  )
})

test('the next SDK does so with a token bound to its key, nonces and all', async (t) => {
  const { issuer, agent, running } = await runtime(t)
  const session = await next.DpopSession.create()
  const authProvider = Object.assign(
    new next.PrivateKeyJwtProvider({
      ...{ clientId: 'sales', privateKey: keyPem(agent('sales')), algorithm: 'ES256' },
      ...{ expectedIssuer: issuer, scope: '*' },
    }),
    { dpop: () => session },
  )
  const client = new next.Client(WHO)
  await client.connect(
    new next.StreamableHTTPClientTransport(new URL(`${issuer}/mcp`), { authProvider }),
  )
  t.after(() => client.close())
  assert.equal((await client.callTool(CALL)).isError, undefined)
  assert.equal(authProvider.tokens()?.token_type, 'DPoP')
  const [decision] = running.receipts().filter(({ kind }) => kind === 'decision')
  assert.deepEqual(
    decision?.actor.map(({ kind, id, via }) => [kind, id, via]),
    [['agent', 'sales', 'dpop-jwt']],
  )
})

test('the SDK sends a human to our page, and acts for whoever consents there', async (t) => {
  const { issuer, agent, running } = await runtime(t)
  const provider = codeFlow(agent('sales').assertion.bind(undefined, issuer), {
    client_id: 'sales',
  })
  const url = new URL(`${issuer}/mcp`)
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider })
  await assert.rejects(new Client(WHO).connect(first), /Unauthorized/)
  await first.finishAuth(await consent(provider.sentTo()))

  const client = new Client(WHO)
  const second = new StreamableHTTPClientTransport(url, { authProvider: provider })
  await client.connect(second)
  t.after(() => client.close())
  assert.equal((await client.callTool(CALL)).isError, undefined)
  const [decision] = running.receipts().filter(({ kind }) => kind === 'decision')
  assert.deepEqual(
    decision?.actor.map(({ kind, id, via }) => [kind, id, via]),
    [
      ['human', 'alice', 'delegated'],
      ['agent', 'sales', 'bearer-jwt'],
    ],
  )
  // The access token is thrown away: the refresh token gets another, and is used up.
  const { refresh_token } = provider.tokens() ?? {}
  provider.forgetAccess()
  const third = new StreamableHTTPClientTransport(url, { authProvider: provider })
  const again = new Client(WHO)
  await again.connect(third)
  t.after(() => again.close())
  assert.notEqual(provider.tokens()?.refresh_token, refresh_token)
})

test('the SDK registers itself with a token of the operator, as the agent it is for', async (t) => {
  const { issuer, agent, running } = await runtime(t)
  const { token } = await running.runtime.operations.openRegistration('sales', {})
  const { key, jwk } = agent('sales')
  let client = {} as { client_id: string }
  const provider = codeFlow(
    (changes) => agent('sales').assertion(issuer, { ...changes, claims: of(client.client_id) }),
    undefined,
    {
      ...{ redirect_uris: [BACK], token_endpoint_auth_method: 'private_key_jwt' },
      ...{ jwks: { keys: [JSON.parse(jwk)] }, client_name: 'Sales Bot' },
    },
  )
  provider.onRegistered = (registered) => {
    client = registered
  }
  const withToken: typeof fetch = (target, init = {}) => {
    const registering = String(target).endsWith('/oauth/register')
    const headers = new Headers(init.headers)
    if (registering) headers.set('authorization', `Bearer ${token}`)
    return fetch(target, { ...init, headers })
  }
  const transport = new StreamableHTTPClientTransport(new URL(`${issuer}/mcp`), {
    ...{ authProvider: provider, fetch: withToken },
  })
  await assert.rejects(new Client(WHO).connect(transport), /Unauthorized/)
  assert.match(client.client_id, /^~/)
  await transport.finishAuth(await consent(provider.sentTo()))
  const claims = decodeJwt(provider.tokens()?.access_token ?? '')
  assert.deepEqual(claims.act, { sub: 'sales', kind: 'agent' })
  assert.equal(claims.client_id, client.client_id)
  assert.ok(key)
})

function of(client: string) {
  return { iss: client, sub: client }
}

/** Logs in as alice and takes the code from where the browser is sent back to. */
async function consent(url: URL): Promise<string> {
  const browser = new Browser()
  const { url: page } = await browser.follow(url, BACK)
  const back = await browser.submit(page, { name: 'alice', password: 'correct horse' }, BACK)
  return back.url.searchParams.get('code') ?? assert.fail(back.page)
}

type Assertion = (changes?: object) => Promise<string>

/** A provider of the SDK for the authorization code flow, kept in memory. */
function codeFlow(assertion: Assertion, registered?: { client_id: string }, metadata = {}) {
  let information: { client_id: string } | undefined = registered
  let tokens: { access_token: string; token_type: string; refresh_token?: string } | undefined
  let verifier = ''
  let target: URL | undefined
  const provider = {
    redirectUrl: BACK,
    clientMetadata: { redirect_uris: [BACK], ...metadata },
    onRegistered: (client: { client_id: string }) => {
      information = client
    },
    clientInformation: () => information,
    saveClientInformation(client: { client_id: string }) {
      information = client
      provider.onRegistered(client)
    },
    tokens: () => tokens,
    saveTokens(given: NonNullable<typeof tokens>) {
      tokens = given
    },
    forgetAccess() {
      if (tokens) tokens = { ...tokens, access_token: 'gone' }
    },
    redirectToAuthorization(url: URL) {
      target = url
    },
    sentTo: () => target ?? assert.fail('nobody was sent anywhere'),
    saveCodeVerifier(text: string) {
      verifier = text
    },
    codeVerifier: () => verifier,
    async addClientAuthentication(_headers: Headers, params: URLSearchParams) {
      params.set('client_assertion', await assertion())
      params.set('client_assertion_type', ASSERTION_TYPE)
    },
  }
  return provider satisfies OAuthClientProvider
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
