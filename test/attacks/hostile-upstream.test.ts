import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connectMcpServers, type McpServers } from '../../src/connectors/mcp/mcp-servers.ts'
import {
  ASKS_PER_REQUEST_LIMIT,
  type McpServerOptions,
  REQUESTS_LIMIT,
  RESULT_VALUES_LIMIT,
  SAYINGS_PER_SECOND_LIMIT,
  TOOLS_LIMIT,
} from '../../src/connectors/mcp/options.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { Caller } from '../../src/pipeline/ports.ts'
import { SALES } from '../support/in-memory-ports.ts'
import { scratch } from '../support/scratch.ts'
import { http, scripted, textOf, waitingLog } from '../support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../support/upstreams/http-upstream.ts'
import { clientOf } from '../support/upstreams/mcp-clients.ts'

const OWN = { isolation: 'agent', callTimeoutMs: 2_000 } as const

async function beside(t: TestContext, hostile: McpServerOptions) {
  const good = await httpUpstream(t)
  const all = { bad: hostile, good: http(good.url, OWN) }
  const servers = connectMcpServers(all, { log: waitingLog(), report: () => undefined })
  t.after(() => servers.close())
  await servers.ready()
  return servers
}

const caller = clientOf(SALES, { sampling: {} })

function call(servers: McpServers, name: string, args: JsonObject = {}): Promise<JsonObject> {
  const [server = '', tool = ''] = name.split('.')
  return servers.execute({ kind: 'tool.call', server, tool, args }, SALES, { caller })
}

async function othersAnswer(servers: McpServers): Promise<void> {
  assert.equal(textOf(await call(servers, 'good.echo')), 'echoed')
}

/** What a server writes in place of an answer; `ID` is the id of the call. */
const GARBAGE: readonly (readonly [what: string, text: string, code: string])[] = [
  ['a broken frame', '{"jsonrpc":"2.0","id":ID,"result":\n', 'UPSTREAM_PROTOCOL'],
  ['bytes that are no UTF-8', '{"a":"\xff\xfe"\n', 'UPSTREAM_PROTOCOL'],
  ['a batch', '[{"jsonrpc":"2.0","id":ID,"result":{}}]\n', 'UPSTREAM_PROTOCOL'],
  ['a result that is a list', '{"id":ID,"result":[1]}\n', 'UPSTREAM_PROTOCOL'],
  ['a prototype', '{"id":ID,"result":{"__proto__":{"a":1}}}\n', 'UPSTREAM_PROTOCOL'],
  ['half a character', '{"id":ID,"result":{"a":"\\ud800"}}\n', 'UPSTREAM_PROTOCOL'],
  ['a number without measure', '{"id":ID,"result":{"a":1e999}}\n', 'UPSTREAM_PROTOCOL'],
  [
    'nesting',
    `{"id":ID,"result":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}\n`,
    'UPSTREAM_PROTOCOL',
  ],
  ['the answer to another', '{"id":0,"result":{}}\n', 'UPSTREAM_TIMEOUT'],
  ['its answer under the id as text', '{"id":"ID","result":{}}\n', 'UPSTREAM_TIMEOUT'],
]

for (const [what, text, code] of GARBAGE) {
  test(`a server on streams that sends ${what} fails its own call alone`, async (t) => {
    const options = { ...OWN, callTimeoutMs: 300 }
    const servers = await beside(t, scripted(await scratch(t), {}, options))
    await assert.rejects(call(servers, 'bad.raw', { line: text.trimEnd() }), { code })
    await othersAnswer(servers)
    const message = { message: 'still' }
    assert.equal(textOf(await call(servers, 'bad.echo', message)), 'still')
  })

  test(`a server over HTTP that sends ${what} fails its own call alone`, async (t) => {
    let calls = 0
    const answer = ({ message, response, reply }: Asked) => {
      if (calls++ > 0) return reply({ content: [] })
      response.setHeader('content-type', 'application/json')
      return response.end(text.replace('ID', String(message.id)))
    }
    const upstream = await httpUpstream(t, { 'tools/call': answer })
    const servers = await beside(t, http(upstream.url, OWN))
    const expected = code === 'UPSTREAM_TIMEOUT' ? 'UPSTREAM_PROTOCOL' : code
    await assert.rejects(call(servers, 'bad.echo'), { code: expected })
    await othersAnswer(servers)
    assert.deepEqual(await call(servers, 'bad.echo'), { content: [] })
  })
}

test('a key given twice in an answer is one value for all who read it', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  const line = '{"id":ID,"result":{"content":[],"isError":true,"isError":false}}'
  const result = await call(servers, 'bad.raw', { line })
  assert.equal(JSON.stringify(result), '{"content":[],"isError":false}')
})

test('a list of 100,000 tools is refused, and none of it is kept', async (t) => {
  const tools = Array.from({ length: 100_000 }, (_, at) => ({ name: `t${at}`, inputSchema: {} }))
  const upstream = await httpUpstream(t, { 'tools/list': ({ reply }) => reply({ tools }) })
  const servers = await beside(t, http(upstream.url, OWN))
  assert.ok(tools.length > TOOLS_LIMIT)
  assert.deepEqual(
    servers.tools().map(({ server }) => server),
    ['good'],
  )
  const page = { method: 'tools/list', params: {} } as const
  await assert.rejects(servers.list('bad', page, caller), { code: 'UPSTREAM_PROTOCOL' })
  const action = { kind: 'tool.call', server: 'bad', tool: 't1', args: {} } as const
  assert.equal(servers.target?.(action, caller)?.definition, undefined)
  await othersAnswer(servers)
})

test('a result without measure ends its call, and is not held', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  await assert.rejects(call(servers, 'bad.flood'), { code: 'UPSTREAM_PROTOCOL' })
  await othersAnswer(servers)
})

for (const item of ['0', '""', '{}', '[]']) {
  test(`a result of millions of ${item} ends its call, and is walked by nobody else`, async (t) => {
    const servers = await beside(
      t,
      scripted(await scratch(t), {}, { ...OWN, callTimeoutMs: 10_000 }),
    )
    const many = { count: RESULT_VALUES_LIMIT, item }
    await assert.rejects(call(servers, 'bad.items', many), { code: 'UPSTREAM_PROTOCOL' })
    await othersAnswer(servers)
    const fewer = await call(servers, 'bad.items', { ...many, count: RESULT_VALUES_LIMIT - 4 })
    assert.ok(fewer.structuredContent)
  })
}

test('a server that stalls takes so many calls and no more, and others answer', async (t) => {
  const upstream = await httpUpstream(t, { 'tools/call': () => undefined })
  const servers = await beside(t, http(upstream.url, { ...OWN, callTimeoutMs: 60_000 }))
  await servers.about('bad', caller.client)
  const stalled = Array.from({ length: REQUESTS_LIMIT + 5 }, () => call(servers, 'bad.echo'))
  const ends = Promise.allSettled(stalled)
  await assert.rejects(Promise.race(stalled), { code: 'UPSTREAM_BUSY' })
  await othersAnswer(servers)
  await servers.close()
  const codes = (await ends).map((end) => end.status === 'rejected' && end.reason.code)
  assert.equal(codes.filter((code) => code === 'UPSTREAM_BUSY').length, 5)
})

test('a flood of notifications is read no faster than a server may speak', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  const loud = clientOf(SALES, { roots: {} })
  const note = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x' } }
  const messages = Array.from({ length: SAYINGS_PER_SECOND_LIMIT + 3_000 }, () => note)
  const args = { messages: [], text: `${messages.map((one) => JSON.stringify(one)).join('\n')}\n` }
  const action = { kind: 'tool.call', server: 'bad', tool: 'garbage', args } as const
  const flood = servers.execute(action, SALES, { caller: loud }).catch(() => undefined)
  while (loud.told.length < SAYINGS_PER_SECOND_LIMIT) await new Promise(setImmediate)
  await othersAnswer(servers)
  // One chunk of a stream is read to its end; the rest waits in the pipe.
  assert.ok(loud.told.length < messages.length, `${loud.told.length} were read at once`)
  await flood
})

test('a server that asks for ever in the course of a call is answered so often', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  const asked = clientOf(SALES, { sampling: {} })
  const args = { method: 'sampling/createMessage', params: {}, times: ASKS_PER_REQUEST_LIMIT + 1 }
  const action = { kind: 'tool.call', server: 'bad', tool: 'ask-one', args } as const
  const last = JSON.parse(textOf(await servers.execute(action, SALES, { caller: asked })))
  assert.equal(last.error.message, 'too many requests')
  assert.equal(asked.asked.length, ASKS_PER_REQUEST_LIMIT)
})

test('a server that asks for what nobody declared reaches nobody', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  const plain = clientOf(SALES)
  for (const method of ['sampling/createMessage', 'elicitation/create', 'roots/list']) {
    const action = { kind: 'tool.call', server: 'bad', tool: 'ask-one', args: { method } } as const
    const { error } = JSON.parse(textOf(await servers.execute(action, SALES, { caller: plain })))
    assert.equal(error.code, -32601)
  }
  assert.deepEqual(plain.asked, [])
})

test('a server that says nothing of tools and has some is not believed', async (t) => {
  const options = scripted(await scratch(t), { capabilities: {} }, OWN)
  const servers = await beside(t, options)
  await assert.rejects(call(servers, 'bad.echo'), { code: 'UPSTREAM_UNKNOWN' })
})

test('a server that dies in a call fails it, and no call of another agent', async (t) => {
  const servers = await beside(t, scripted(await scratch(t), {}, OWN))
  const bill: Caller = clientOf({ ...SALES, principal: { ...SALES.principal, id: 'bill' } })
  const hold = { kind: 'tool.call', server: 'bad', tool: 'hold', args: { name: 'h' } } as const
  const release = { ...hold, tool: 'release', args: { order: ['h'] } }
  const around = { caller: bill }
  const held = servers.execute(hold, bill.client.identity, around)
  await assert.rejects(call(servers, 'bad.die'), { code: 'UPSTREAM_UNAVAILABLE' })
  await othersAnswer(servers)
  await servers.execute(release, bill.client.identity, around)
  assert.equal(textOf(await held), 'h')
})
