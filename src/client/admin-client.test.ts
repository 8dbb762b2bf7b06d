import assert from 'node:assert/strict'
import { once } from 'node:events'
import { linkSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../test/support/scratch.ts'
import { adminClient, type WatchLine } from './admin-client.ts'

/** A client of a runtime that answers as `listener` does. */
async function client(t: TestContext, listener: RequestListener, timeoutMs = 10_000) {
  const socketPath = join(await scratch(t), 'admin.sock')
  const server = createServer(listener).listen(socketPath)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { ...adminClient({ socketPath, timeoutMs }), server }
}

test('each call asks what the contract says', async (t) => {
  const asked: string[] = []
  const { status, issueToken, reloadPolicies, tools, ...runtime } = await client(
    t,
    async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { authorization = '' } = request.headers
      asked.push(`${request.method} ${request.url} ${body}${authorization}`)
      response.end('{"answer":1}')
    },
  )
  assert.deepEqual(await status(), { answer: 1 })
  await issueToken('sales')
  await issueToken('a/../b?c', { ttlMs: 1000 })
  await reloadPolicies()
  await tools()
  await runtime.budgets()
  await runtime.resetBudget('llm')
  await runtime.resetBudget('a/b', { agent: 'sales' })
  await runtime.listApprovals()
  await runtime.listApprovals({ all: true })
  await runtime.showApproval('a/../b')
  await runtime.voteApproval('a1', { verdict: 'deny' }, 't0ken')
  await runtime.issueApproverToken('ada')
  assert.deepEqual(asked, [
    'GET /v1/status ',
    'POST /v1/agents/sales/tokens {}',
    'POST /v1/agents/a%2F..%2Fb%3Fc/tokens {"ttlMs":1000}',
    'POST /v1/policies/reload ',
    'GET /v1/tools ',
    'GET /v1/budgets ',
    'POST /v1/budgets/llm/reset {}',
    'POST /v1/budgets/a%2Fb/reset {"agent":"sales"}',
    'GET /v1/approvals ',
    'GET /v1/approvals?all=true ',
    'GET /v1/approvals/a%2F..%2Fb ',
    'POST /v1/approvals/a1/votes {"verdict":"deny"}Bearer t0ken',
    'POST /v1/approvers/ada/tokens {}',
  ])
})

const REFUSALS: readonly [body: string, code: string, message: string][] = [
  ['{"error":{"code":"POLICY_INVALID","message":"kept"}}', 'POLICY_INVALID', 'kept'],
  ['{"error":{"code":"OF_TOMORROW","message":"new"}}', 'INTERNAL', 'new'],
  ['{"error":{"code":"constructor","message":"odd"}}', 'INTERNAL', 'odd'],
  ['{}', 'INTERNAL', 'the runtime gave an error without a reason'],
]

test('a refusal keeps its code, where this version knows it', async (t) => {
  for (const [body, code, message] of REFUSALS) {
    const { status } = await client(t, (_request, response) => {
      response.writeHead(500).end(body)
    })
    await assert.rejects(status(), { code, message })
  }
})

test('without a runtime there is no answer, and the error says so', async (t) => {
  const folder = await scratch(t)
  const absent = adminClient({ socketPath: join(folder, 'none.sock') })
  await assert.rejects(absent.status(), { code: 'RUNTIME_NOT_RUNNING' })
  await assert.rejects(absent.watch()[Symbol.asyncIterator]().next(), {
    code: 'RUNTIME_NOT_RUNNING',
  })

  // What a crash leaves: a socket that nobody listens on.
  const socketPath = join(folder, 'left.sock')
  const server = createServer().listen(join(folder, 'first.sock'))
  await once(server, 'listening')
  linkSync(join(folder, 'first.sock'), socketPath)
  server.close()
  await once(server, 'close')
  await assert.rejects(adminClient({ socketPath }).status(), { code: 'RUNTIME_NOT_RUNNING' })
})

test('a runtime that does not answer, or breaks off, is not waited for', async (t) => {
  const silent = await client(t, () => undefined, 20)
  await assert.rejects(silent.status(), { code: 'ADMIN_TIMEOUT' })
  const broken = await client(t, (_request, response) => {
    response.writeHead(200).write('{"version":')
    response.destroy()
  })
  await assert.rejects(broken.status(), { code: 'RUNTIME_NOT_RUNNING' })
})

const LINES = [
  { watch: 'open' },
  { operation: 'é\u2028', seq: 1 },
  { watch: 'closed', reason: 'stopped' },
]

test('a watch gives line after line, however they are cut on the way', async (t) => {
  const bytes = Buffer.from(LINES.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { watch } = await client(t, async (_request, response) => {
    for (const byte of bytes) {
      if (!response.write(Buffer.from([byte]))) await once(response, 'drain')
    }
    response.end()
  })
  const lines: WatchLine[] = []
  for await (const line of watch()) lines.push(line)
  assert.deepEqual(lines, LINES)
})

test('a watch whose runtime dies ends with an error', async (t) => {
  const { watch } = await client(t, (_request, response) => {
    response.write('{"watch":"open"}\n', () => response.destroy())
  })
  const lines = watch()[Symbol.asyncIterator]()
  assert.deepEqual((await lines.next()).value, { watch: 'open' })
  await assert.rejects(lines.next(), { code: 'RUNTIME_NOT_RUNNING' })
})

test('a watch that is aborted, or left, ends quietly and leaves no connection', async (t) => {
  const { watch, server } = await client(t, (_request, response) => {
    response.write('{"watch":"open"}\n')
  })
  const interrupted = new AbortController()
  for await (const line of watch(interrupted.signal)) {
    assert.deepEqual(line, { watch: 'open' })
    interrupted.abort()
  }
  for await (const _line of watch()) break
  // Only ends once every connection has ended.
  server.close()
  await once(server, 'close')
})

test('a watch that is silent for long is no fault', async (t) => {
  const { watch } = await client(
    t,
    (_request, response) => {
      response.write('{"watch":"open"}\n')
      setTimeout(() => response.end('{"watch":"closed","reason":"stopped"}\n'), 60)
    },
    20,
  )
  const lines: WatchLine[] = []
  for await (const line of watch()) lines.push(line)
  assert.equal(lines.length, 2)
})
