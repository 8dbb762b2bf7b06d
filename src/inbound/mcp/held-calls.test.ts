import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type InMemoryGate, inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { as, type RunningDoor, request, runningDoor } from '../../../test/support/running-door.ts'
import type { GuardRequest, Outcome } from '../../pipeline/ports.ts'
import { DEFAULT_DOOR_LIMITS } from './limits.ts'

const RESULT = { content: [{ type: 'text', text: 'approved' }] }
const PROGRESS = { request: 'a1', given: 0, needed: 2, expiresAt: 1_700_000_900_000 }

/** A gate that holds every call until it is let go, and lets go of those whose client has left. */
interface HoldingGate extends InMemoryGate {
  /** Resolves with each call that is held, in order. */
  held(): Promise<GuardRequest>
  release(outcome?: Outcome): void
}

function holdingGate(): HoldingGate {
  const waiting: GuardRequest[] = []
  const heard = Promise.withResolvers<void>()
  const released = Promise.withResolvers<Outcome>()
  let arrived = heard
  return {
    ...inMemoryGate(),
    async guard(asked) {
      waiting.push(asked)
      asked.onHeld?.(PROGRESS)
      arrived.resolve()
      const gone = new Promise<Outcome>((resolve) => {
        const leave = () => resolve({ kind: 'refused', code: 'APPROVAL_PENDING', receipt: 'r' })
        if (asked.gone?.aborted) leave()
        asked.gone?.addEventListener('abort', leave)
      })
      return Promise.race([released.promise, gone])
    },
    async held() {
      await arrived.promise
      arrived = Promise.withResolvers()
      return waiting.shift() ?? assert.fail('nothing is held')
    },
    release: (outcome = { kind: 'done', result: RESULT, receipt: 'r' }) =>
      released.resolve(outcome),
  }
}

const limits = { ...DEFAULT_DOOR_LIMITS, heldProgressMs: 20 }
const CALL = { name: 'slack.post', arguments: {} }

async function holding(t: TestContext) {
  const gate = holdingGate()
  return { gate, running: await runningDoor(t, { gate, limits }) }
}

async function client(t: TestContext, { url }: RunningDoor): Promise<Client> {
  const made = new Client({ name: 'test', version: '1' })
  t.after(() => made.close())
  const requestInit = { headers: as('sales') }
  await made.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  return made
}

test('the official client waits past its own timeout while a call is held', async (t) => {
  const { gate, running } = await holding(t)
  const sales = await client(t, running)
  const heard: number[] = []
  const enough = Promise.withResolvers<void>()
  const answer = sales.callTool(CALL, {
    timeout: 200,
    resetTimeoutOnProgress: true,
    onprogress({ progress, message }) {
      heard.push(progress)
      assert.match(message ?? '', /^waits for approval a1: 0 of 2$/)
      // Three times the timeout, at 20 ms each.
      if (heard.length === 30) enough.resolve()
    },
  })
  await enough.promise
  gate.release()
  assert.deepEqual((await answer).content, RESULT.content)
  assert.ok(heard.every((value, at) => at === 0 || value > (heard[at - 1] ?? value)))
})

test('a client that gives up tells so, and its call is let go', async (t) => {
  const { gate, running } = await holding(t)
  const sales = await client(t, running)
  const answer = sales.callTool(CALL, { timeout: 50 })
  const { gone } = await gate.held()
  const left = new Promise<void>((resolve) => gone?.addEventListener('abort', () => resolve()))
  await assert.rejects(answer)
  await left
})

test('a call is given up by its own session and its own id, and by no other', async (t) => {
  const { gate, running } = await holding(t)
  const session = await running.open()
  const answer = running.post(request('tools/call', CALL, 7), { ...session, ...JSON_ONLY })
  const { gone } = await gate.held()
  const cancel = (requestId: string | number, headers: Record<string, string>) =>
    running.post(
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } },
      headers,
    )
  await cancel('7', session)
  await cancel(8, session)
  await cancel(7, await running.open())
  await cancel(7, await running.open(as('research')))
  assert.equal(gone?.aborted, false)
  await cancel(7, session)
  assert.equal(gone?.aborted, true)
  assert.match(JSON.stringify((await answer).body), /APPROVAL_PENDING/)
})

const JSON_ONLY = { accept: 'application/json' }

test('a client that takes no stream waits for plain JSON', async (t) => {
  const { gate, running } = await holding(t)
  const session = await running.open()
  const answer = running.post(request('tools/call', CALL), { ...session, ...JSON_ONLY })
  await gate.held()
  gate.release()
  const { headers, body } = await answer
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.deepEqual(body.result, RESULT)
})

/** Posts a call and gives the response as soon as its head is there. */
async function posted({ port, open }: RunningDoor, params: object) {
  const headers = { ...(await open()), accept: 'application/json, text/event-stream' }
  const asked = httpRequest({
    ...{ port, host: '127.0.0.1', path: '/mcp', method: 'POST' },
    headers: { ...headers, 'content-type': 'application/json' },
  })
  asked.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }))
  const [response] = await once(asked, 'response')
  return { asked, response: response.setEncoding('utf8') }
}

test('without a progress token the stream is kept alive by comments', async (t) => {
  const { gate, running } = await holding(t)
  const { response } = await posted(running, CALL)
  assert.equal(response.headers['content-type'], 'text/event-stream')
  let text = ''
  for await (const chunk of response) {
    text += chunk
    if (text.includes(':\n\n:\n\n:\n\n')) gate.release()
  }
  const told = /^id: \S+\nretry: \d+\ndata:\n\n(?::\n\n)+id: \S+\nevent: message\ndata: (.*)\n\n$/
  const [, data = ''] = told.exec(text) ?? []
  assert.deepEqual(JSON.parse(data), { jsonrpc: '2.0', id: 1, result: RESULT })
})

test('a client that leaves is noticed while its call is held', async (t) => {
  const { gate, running } = await holding(t)
  const { asked } = await posted(running, CALL)
  const { gone } = await gate.held()
  const left = new Promise<void>((resolve) => gone?.addEventListener('abort', () => resolve()))
  asked.destroy()
  await left
})

test('a refusal within a stream is its last event', async (t) => {
  const { gate, running } = await holding(t)
  const { response } = await posted(running, { ...CALL, _meta: { progressToken: 't' } })
  gate.release({ kind: 'refused', code: 'IDENTITY_EXPIRED', receipt: 'r' })
  let text = ''
  for await (const chunk of response) text += chunk
  const events = text.split('\n\n').filter((event) => event !== '')
  assert.match(events[1] ?? '', /"method":"notifications\/progress".*"progressToken":"t"/)
  assert.match(events.at(-1) ?? '', /"code":"IDENTITY_EXPIRED"/)
})
