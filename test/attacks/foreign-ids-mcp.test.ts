import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Known, knownOfGlobex, UNKNOWN } from '../support/known-of-globex.ts'
import { callOf } from '../support/raw-mcp.ts'
import { ACME, GLOBEX, twoTenants } from '../support/two-tenants.ts'

const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 7, method, params })
const INITIALIZE = message('initialize', {
  ...{ protocolVersion: '2025-11-25', capabilities: {} },
  clientInfo: { name: 'raw', version: '0' },
})

interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: object
  /** Sent in the session of the other tenant; without it, in one of its own. */
  readonly session?: string
}

/** Every method of MCP that is served, and each way that something can be named in one. */
const CASES: readonly (readonly [what: string, sent: (named: Known) => Sent])[] = [
  ['ping', ({ session }) => ({ session, body: message('ping') })],
  ['tools/list', ({ session }) => ({ session, body: message('tools/list') })],
  ['tools/call', ({ session }) => ({ session, body: callOf('desk.echo', { message: 'x' }) })],
  ['a stream', ({ session }) => ({ session, method: 'GET' })],
  ['the end of a session', ({ session }) => ({ session, method: 'DELETE' })],
  [
    'a cancellation',
    ({ session }) => ({
      session,
      body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
    }),
  ],
  [
    'a cursor of its own list',
    ({ namespace }) => ({
      body: message('tools/list', { cursor: Buffer.from(namespace).toString('base64url') }),
    }),
  ],
  ['a namespace to read', ({ namespace }) => ({ body: callOf('memory.read', { namespace }) })],
  [
    'a namespace to write',
    ({ namespace }) => ({ body: callOf('memory.write', { namespace, key: 'k', value: 1 }) }),
  ],
  ['a tool', ({ namespace }) => ({ body: callOf(`${namespace}.tool`, {}) })],
]

test('every method answers an id of another tenant exactly as one that nobody has', async (t) => {
  const running = await twoTenants(t)
  const { known, mcp } = await knownOfGlobex(running)
  const url = `${running.runtime.address}/mcp`
  const headers = {
    authorization: `Bearer ${await running.token(ACME)}`,
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  }
  const opened = await fetch(url, { method: 'POST', headers, body: JSON.stringify(INITIALIZE) })
  const own = opened.headers.get('mcp-session-id') ?? ''
  const send = async ({ method = 'POST', body, session = own }: Sent) => {
    const answer = await fetch(url, {
      ...{ method, headers: { ...headers, 'mcp-session-id': session } },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const before = running.receipts(GLOBEX).length
  for (const [what, sent] of CASES) {
    const foreign = plain(await send(sent(known)), known)
    assert.deepEqual(foreign, plain(await send(sent(UNKNOWN)), UNKNOWN), what)
    assert.doesNotMatch(foreign.text, /globex/, what)
  }
  assert.equal(running.receipts(GLOBEX).length, before, 'nothing reached the other tenant')
  assert.ok((await mcp.post(message('ping'))).ok, 'its session is still open')
  await running.runtime.close()
  const alerts = running.receipts(ACME).filter(({ event }) => event?.name === 'tenant.crossed')
  assert.equal(alerts.length, 6)
  assert.ok(alerts.every(({ actor }) => actor[0]?.id === 'bot'))
})

/** Each refusal has a receipt of its own. */
function plain({ status, text }: { status: number; text: string }, known: Known) {
  const ids = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g
  let told = text.replaceAll(ids, 'id')
  for (const [kind, name] of Object.entries(known)) told = told.replaceAll(name, kind)
  return { status, text: told }
}

test('headers and arguments that name a tenant change nothing', async (t) => {
  const running = await twoTenants(t)
  const client = await running.agent(ACME)
  const { structuredContent } = await client.callTool({
    name: 'memory.read',
    arguments: { namespace: 'notes', key: 'secret' },
  })
  assert.match(JSON.stringify(structuredContent), /the secret of acme/)
  const url = `${running.runtime.address}/mcp`
  const token = await running.token(ACME)
  const before = running.receipts(GLOBEX).length
  const forged = await fetch(`${url}?tenant=globex`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ 'x-tenant': 'globex', 'x-portcullis-tenant': 'globex', forwarded: 'host=globex' },
    },
    body: JSON.stringify(INITIALIZE),
  })
  await forged.text()
  assert.equal(running.receipts(GLOBEX).length, before)
})
