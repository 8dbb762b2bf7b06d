import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AccessCandidate } from '../../src/client.ts'
import { act, connectorsOf } from '../support/action-door.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `approval supervisor { approver: role("supervisor"), ttl: 1m }
policy storage {
  allow: storage.write unless resource.exists
}
policy tools {
  allow: desk.echo
  require: supervisor for desk.echo if args.message == "dear"
}
`
const ORIGIN = 'https://console.example.com'
const SUPERVISOR = '[roles.supervisor]\n[approvers.bob]\nroles = ["supervisor"]'

let running: RunningRuntime
before(async () => {
  running = await runRuntime({
    ...{ policy: POLICY, agents: ['sales'], more: SUPERVISOR },
    env: { PORTCULLIS_LISTEN_MCP_ALLOWED_ORIGINS: ORIGIN },
  })
})
after(() => running.close())

const write = (args: object, headers: object = {}) =>
  act(running, 'sales', { path: 'storage/write', body: { args }, headers })

test('a change under one key happens once, and its answer says so', async () => {
  const key = { 'idempotency-key': 'request-1' }
  const first = await write({ name: 'once.txt', content: 'one' }, key)
  const again = await write({ name: 'once.txt', content: 'one' }, key)
  const told = [first, again].map(({ body }) => (body as { result: object }).result)
  assert.deepEqual(
    told.map((result) => 'repeated' in result && result.repeated),
    [false, true],
  )
  const other = await write({ name: 'once.txt', content: 'two' }, key)
  assert.deepEqual([other.status, other.code], [422, 'REQUEST_REPEATED'])
  const short = await write({ name: 'once.txt', content: 'one' }, { 'idempotency-key': 'x' })
  assert.equal(short.code, 'REQUEST_INVALID')
})

const MALFORMED: readonly (readonly [what: string, body: unknown, code: string])[] = [
  ['a list', [], 'REQUEST_INVALID'],
  ['a text', 'x', 'REQUEST_INVALID'],
  ['another member', { args: {}, more: 1 }, 'REQUEST_INVALID'],
  ['arguments that are a list', { args: [] }, 'REQUEST_INVALID'],
  ['a name that is a number', { args: { name: 7, content: '' } }, 'REQUEST_INVALID'],
  ['an argument too many', { args: { name: 'a', content: '', x: 1 } }, 'REQUEST_INVALID'],
  ['no content', { args: { name: 'a' } }, 'REQUEST_INVALID'],
  ['base64 in another spelling', { args: { name: 'a', content: 'QQ', encoding: 'base64' } }, ''],
  ['an odd media type', { args: { name: 'a', content: '', media_type: 'x' } }, 'REQUEST_INVALID'],
  ['a candidate of no kind', { candidate: 'sales', args: { name: 'a' } }, 'REQUEST_INVALID'],
]

for (const [what, body, code] of MALFORMED) {
  test(`${what} is refused with a code and a receipt`, async () => {
    const answer = await act(running, 'sales', { path: 'storage/write', body })
    assert.deepEqual([answer.status, answer.code], [400, code || 'REQUEST_INVALID'])
    assert.equal(running.receipts().at(-1)?.kind, 'refusal')
  })
}

test('without a token, or with another media type, nothing is read', async () => {
  const url = `${running.runtime.address}/v1/storage/read`
  const bare = await fetch(url, { method: 'POST', body: '{' })
  assert.deepEqual([bare.status, bare.headers.get('www-authenticate')], [401, 'Bearer'])
  const typed = await act(running, 'sales', {
    ...{ path: 'storage/read', body: {} },
    headers: { 'content-type': 'text/plain' },
  })
  assert.equal(typed.code, 'REQUEST_CONTENT_TYPE')
})

test('a page of an allowed origin may ask, and of another may not', async () => {
  const ask = (origin: string) =>
    fetch(`${running.runtime.address}/v1/storage/read`, { method: 'OPTIONS', headers: { origin } })
  const allowed = await ask(ORIGIN)
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers.get('access-control-allow-origin'), ORIGIN)
  assert.equal(allowed.headers.get('access-control-allow-credentials'), null)
  const other = await ask('https://evil.example.com')
  assert.equal(other.status, 403)
  assert.equal(other.headers.get('access-control-allow-origin'), null)
})

test('a held call goes on once approved, whatever list changes elsewhere', async () => {
  const { operations } = running.runtime
  const tools = (await connectorsOf(running, 'sales')).getToolConnector()
  const call = tools.user(AccessCandidate.agent('sales')).call('desk.echo', { message: 'dear' })
  const held = async () => (await operations.listApprovals({})).approvals.at(0)?.id
  let id = await held()
  while (id === undefined) id = await new Promise((resolve) => setImmediate(() => resolve(held())))
  await write({ name: 'meanwhile.txt', content: 'x' })
  const { token } = await operations.issueApproverToken('bob', {})
  await operations.voteApproval(id, { verdict: 'approve' }, token)
  assert.match(JSON.stringify(await call), /dear/)
})
