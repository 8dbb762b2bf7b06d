import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccessCandidate } from './access-candidate.ts'
import { ACL } from './access-list.ts'
import { ClientError } from './client-error.ts'
import { connect } from './connector-service.ts'
import { BACKOFF_BASE_MS, type ClientOptions } from './options.ts'

interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly candidate: string; readonly args: Readonly<Record<string, unknown>> }
}

type Reply = Response | Error | ((signal: AbortSignal) => Promise<Response>)

const INFO = {
  ...{ name: 'a', media_type: 'text/plain', bytes: 1, digest: 'sha256:00' },
  ...{ created_at: '2026-11-21T10:00:00Z', modified_at: '2026-11-21T10:00:00Z' },
}
const done = (result: object = INFO) => Response.json({ result, receipt: 'r1' })
const refused = (status: number, code: string, headers = {}) =>
  Response.json({ error: { code, message: 'No.', receipt: 'r2' } }, { status, headers })
const LOST = new TypeError('fetch failed')

/** A runtime that gives these replies in their order. */
function scripted(replies: readonly Reply[], options: ClientOptions = {}) {
  const sent: Sent[] = []
  const waits: number[] = []
  const fetched = async (input: unknown, init: RequestInit = {}) => {
    const reply = replies[sent.length] ?? assert.fail('one request too many')
    const headers = { ...(init.headers as Record<string, string>) }
    const { pathname: path } = new URL(String(input))
    sent.push({ path, headers, body: JSON.parse(String(init.body)) })
    if (reply instanceof Error) throw reply
    if (reply instanceof Response) return reply
    return reply(init.signal ?? assert.fail('no signal'))
  }
  const connectors = connect({
    ...{ url: 'http://127.0.0.1:7070', token: 't0', ...options },
    ports: {
      ...{ fetch: fetched, random: () => 0.5, now: () => 1_000 },
      wait: async (ms) => void waits.push(ms),
    },
  })
  const me = AccessCandidate.agent('sales')
  return {
    ...{ sent, waits },
    storage: connectors.getStorageConnector().user(me),
    memory: connectors.getMemoryConnector().user(me),
    tools: connectors.getToolConnector().user(me),
  }
}

const silent = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

test('a write that is lost on the way is sent again under the same key', async () => {
  const { storage, sent, waits } = scripted([LOST, refused(503, 'LEDGER_BUSY'), done()])
  await storage.write('a', 'x')
  const keys = sent.map(({ headers }) => headers['idempotency-key'])
  assert.match(keys[0] ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(new Set(keys).size, 1)
  assert.deepEqual(waits, [BACKOFF_BASE_MS / 2, BACKOFF_BASE_MS])
})

test('two writes have two keys', async () => {
  const { storage, sent } = scripted([done(), done()])
  await storage.write('a', 'x')
  await storage.write('a', 'x')
  assert.notEqual(sent[0]?.headers['idempotency-key'], sent[1]?.headers['idempotency-key'])
})

test('what may not happen twice is sent once, unless nothing was done for sure', async () => {
  const lost = scripted([LOST])
  await assert.rejects(lost.tools.call('desk.pay'), { code: 'CLIENT_UNREACHABLE', attempts: 1 })
  const record = scripted([refused(503, 'LEDGER_UNAVAILABLE')])
  const write = record.memory.write('ns', { key: 'k', value: 1 })
  await assert.rejects(write, { code: 'LEDGER_UNAVAILABLE' })
  const busy = scripted([refused(429, 'REQUEST_BUSY'), done({ ok: true })])
  assert.deepEqual(await busy.tools.call('desk.pay'), { ok: true })
  const replaced = scripted([LOST])
  await assert.rejects(replaced.storage.setACL('a', new ACL([], 'd0')), { attempts: 1 })
})

test('a refusal is final, with its code, its receipt and what to do', async () => {
  const { storage, sent } = scripted([refused(403, 'POLICY_DENIED')])
  const error = await storage.read('a').catch((caught: unknown) => caught)
  assert.ok(error instanceof ClientError)
  assert.deepEqual([error.code, error.status, error.receipt], ['POLICY_DENIED', 403, 'r2'])
  assert.match(error.remedy, /policy explain --receipt/)
  assert.equal(sent.length, 1)
})

test('attempts come to an end', async () => {
  const { storage, sent } = scripted([LOST, LOST, LOST, LOST])
  await assert.rejects(storage.read('a'), { code: 'CLIENT_UNREACHABLE', attempts: 4 })
  assert.equal(sent.length, 4)
})

test('a request has its time, and the call a deadline over all', async () => {
  const slow = scripted([silent, done({ ...INFO, encoding: 'utf8', content: 'x' })], {
    timeoutMs: 5,
  })
  assert.equal((await slow.storage.read('a')).text(), 'x')
  const late = scripted([silent], { deadlineMs: 5 })
  await assert.rejects(late.storage.read('a'), { code: 'CLIENT_TIMEOUT' })
})

test('who gives the call up hears his own reason, and nothing is sent again', async () => {
  const reason = new Error('enough')
  const left = new AbortController()
  const { storage, sent } = scripted([
    (signal) => {
      left.abort(reason)
      return silent(signal)
    },
  ])
  const error = await storage.read('a', { signal: left.signal }).catch((caught: unknown) => caught)
  assert.equal(error, reason)
  const before = storage.read('a', { signal: AbortSignal.abort(reason) })
  await assert.rejects(before, reason)
  assert.equal(sent.length, 1)
})

test('an expired token is asked for anew, once', async () => {
  let issued = 0
  const token = () => `t${++issued}`
  const expired = () => refused(401, 'IDENTITY_EXPIRED')
  const { storage, sent } = scripted([expired(), done()], { token })
  await storage.write('a', 'x')
  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    ['Bearer t1', 'Bearer t2'],
  )
  const never = scripted([expired(), expired()], { token })
  await assert.rejects(never.storage.read('a'), { code: 'IDENTITY_EXPIRED' })
  const fixed = scripted([expired()])
  await assert.rejects(fixed.storage.read('a'), { code: 'IDENTITY_EXPIRED' })
})

test('a nonce that the runtime asks for is in the next proof', async () => {
  const names = { name: 'ECDSA', namedCurve: 'P-256' }
  const dpop = await crypto.subtle.generateKey(names, false, ['sign', 'verify'])
  const asks = refused(401, 'IDENTITY_UNPROVED', { 'dpop-nonce': 'n1' })
  const { storage, sent } = scripted([asks, done()], { dpop })
  await storage.write('a', 'x')
  const claims = sent.map(({ headers }) =>
    JSON.parse(Buffer.from(headers.dpop?.split('.')[1] ?? '', 'base64url').toString()),
  )
  assert.deepEqual(
    claims.map(({ nonce, htu }) => [nonce, htu]),
    [
      [undefined, 'http://127.0.0.1:7070/v1/storage/write'],
      ['n1', 'http://127.0.0.1:7070/v1/storage/write'],
    ],
  )
  assert.notEqual(claims[0].jti, claims[1].jti)
})

test('what somebody else answered is no answer', async () => {
  const page = () => new Response('<h1>Welcome</h1>', { status: 200 })
  const { tools } = scripted([page()])
  await assert.rejects(tools.call('desk.pay'), { code: 'CLIENT_PROTOCOL' })
  const proxy = scripted([new Response('no', { status: 407 })])
  await assert.rejects(proxy.tools.call('desk.pay'), { code: 'CLIENT_PROTOCOL', status: 407 })
  const odd = scripted([done({})])
  await assert.rejects(odd.storage.write('a', 'x'), { code: 'CLIENT_PROTOCOL' })
})

const UNCONFIGURED: readonly ClientOptions[] = [
  { token: 't' },
  { url: 'http://127.0.0.1' },
  { url: 'nonsense', token: 't' },
  { url: 'http://gate.example.com', token: 't' },
  { url: 'ftp://127.0.0.1', token: 't' },
  { url: 'http://127.0.0.1', token: 't', timeoutMs: 0 },
  { url: 'http://127.0.0.1', token: 't', deadlineMs: Number.NaN },
]

test('what cannot reach a runtime, or would tell its token on the way, is refused', () => {
  for (const options of UNCONFIGURED) {
    assert.throws(
      () => connect(options),
      { code: 'CLIENT_NOT_CONFIGURED' },
      JSON.stringify(options),
    )
  }
})

test('a list goes through all its pages', async () => {
  const page = (names: readonly string[], next?: string) =>
    done({ objects: names.map((name) => ({ ...INFO, name })), ...(next && { next }) })
  const { storage, sent } = scripted([page(['a', 'b'], 'b'), page([], 'm'), page(['z'])])
  const names: string[] = []
  for await (const { name } of storage.list()) names.push(name)
  assert.deepEqual(names, ['a', 'b', 'z'])
  assert.deepEqual(
    sent.map(({ body }) => body.args.after),
    [undefined, 'b', 'm'],
  )
})
