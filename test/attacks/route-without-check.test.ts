import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type TestContext, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { runRuntime } from '../support/running-runtime.ts'

/**
 * What anybody may ask for: public keys and signed heads, where to go, and to log in, which proves
 * who one is. A new route belongs here only if it gives away nothing and changes nothing.
 */
const PUBLIC = [
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /.well-known/portcullis-trust.json',
  'GET /.well-known/portcullis-trust/:version',
  'GET /.well-known/spiffe-bundle',
  'GET /log/*',
  'GET /oauth/authorize',
  'GET /oauth/authorize/:uid',
  'GET /oauth/jwks',
  'GET /oauth/login/:uid',
  'OPTIONS /v1/*',
  'POST /oauth/login/:uid',
  'POST /oauth/token',
  'POST /people/login',
  'POST /people/oidc/:provider/begin',
  'POST /people/oidc/:provider/finish',
  'POST /people/passkeys/login/begin',
  'POST /people/passkeys/login/finish',
  'POST /people/password',
]

interface Served {
  readonly fastify: FastifyInstance
  readonly method: string
  readonly url: string
}

/** Every route that the runtime registers while it starts, with the server that has it. */
async function routesOf(t: TestContext): Promise<readonly Served[]> {
  const routes: Served[] = []
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ fastify, method: each, url })
    })
  }
  subscribe('fastify.initialization', onServer)
  t.after(() => unsubscribe('fastify.initialization', onServer))
  const policy = 'policy p {\n  allow: desk.*\n}\n'
  const more = '[listen.admin]\nport = 0\n'
  const running = await runRuntime({ policy, agents: ['sales'], more })
  t.after(() => running.close())
  return routes
}

/** What a route answers to who presents nothing; nothing for the local socket of operators. */
async function answerOf({ fastify, method, url }: Served): Promise<number | undefined> {
  const address = fastify.server.address()
  if (typeof address !== 'object' || address === null) return undefined
  const path = url.replaceAll(/:\w+(?:\([^)]*\))?/g, 'desk').replaceAll('*', 'x')
  const response = await fetch(`http://127.0.0.1:${address.port}${path}`, {
    ...{ method, redirect: 'manual' as const },
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    ...(method !== 'GET' && method !== 'HEAD' && { body: '{}' }),
  })
  await response.body?.cancel()
  return response.status
}

test('no route is reached without a credential but those that are for everybody', async (t) => {
  const open: string[] = []
  let asked = 0
  for (const route of await routesOf(t)) {
    if (route.method === 'HEAD') continue
    const status = await answerOf(route)
    if (status !== undefined) asked++
    if (status !== undefined && status !== 401) open.push(`${route.method} ${route.url}`)
  }
  assert.deepEqual([...new Set(open)].sort(), PUBLIC)
  assert.ok(asked > 80, `${asked} routes`)
})
