import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connectMcpServers, type McpServers } from '../../src/connectors/mcp/mcp-servers.ts'
import type { McpServerOptions } from '../../src/connectors/mcp/options.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { SALES } from '../support/in-memory-ports.ts'
import { scratch } from '../support/scratch.ts'
import { http, modernScripted, textOf, waitingLog } from '../support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../support/upstreams/http-upstream.ts'
import { clientOf } from '../support/upstreams/mcp-clients.ts'
import { modernUpstream } from '../support/upstreams/modern-upstream.ts'
import { sseUpstream } from '../support/upstreams/sse-upstream.ts'

const OWN = { isolation: 'agent', callTimeoutMs: 300 } as const
const caller = clientOf(SALES)

function call(servers: McpServers, name: string, args: JsonObject = {}): Promise<JsonObject> {
  const [server = '', tool = ''] = name.split('.')
  return servers.execute({ kind: 'tool.call', server, tool, args }, SALES, { caller })
}

/** What a server sends in place of an answer; `ID` is the id of the call. */
const GARBAGE: Readonly<Record<string, string>> = {
  'a broken frame': '{"jsonrpc":"2.0","id":ID,"result":',
  'no JSON': '<html>500</html>',
  'a batch': '[{"jsonrpc":"2.0","id":ID,"result":{}}]',
  'a result that is a list': '{"jsonrpc":"2.0","id":ID,"result":[1]}',
  'neither result nor error': '{"jsonrpc":"2.0","id":ID}',
  'a prototype': '{"jsonrpc":"2.0","id":ID,"result":{"__proto__":{"a":1}}}',
  'half a character': '{"jsonrpc":"2.0","id":ID,"result":{"a":"\\ud800"}}',
  'a number without measure': '{"jsonrpc":"2.0","id":ID,"result":{"a":1e999}}',
  nesting: `{"jsonrpc":"2.0","id":ID,"result":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
  'the answer to another': '{"jsonrpc":"2.0","id":"p999","result":{}}',
}

const FAILURES = new Set(['UPSTREAM_PROTOCOL', 'UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE'])

interface Hostile {
  readonly options: McpServerOptions
  /** Has the tool that it calls send this. */
  readonly args?: (text: string) => JsonObject
  readonly tool: string
}

type Making = (t: TestContext, text: string) => Promise<Hostile>

const withId = (text: string, { message }: Asked) => text.replace('ID', JSON.stringify(message.id))

/** Answers ill once, and well from then on. */
function once(answer: (asked: Asked) => void) {
  let calls = 0
  return (asked: Asked) =>
    calls++ === 0 ? answer(asked) : asked.reply({ resultType: 'complete', content: [] })
}

const SERVERS: Readonly<Record<string, Making>> = {
  async 'streams without sessions'(t) {
    const options = modernScripted(await scratch(t), OWN)
    return { options, tool: 'raw', args: (line) => ({ line: line.replace('ID', '"ID"') }) }
  },
  async 'HTTP without sessions'(t, text) {
    const answer = (asked: Asked) => {
      asked.response.setHeader('content-type', 'application/json')
      asked.response.end(withId(text, asked))
    }
    const { url } = await modernUpstream(t, { 'tools/call': once(answer) })
    return { options: http(url, { ...OWN, protocol: '2026-07-28' }), tool: 'echo' }
  },
  async 'HTTP events without sessions'(t, text) {
    const answer = (asked: Asked) => {
      asked.stream()
      asked.response.end(`data: ${withId(text, asked)}\n\n`)
    }
    const { url } = await modernUpstream(t, { 'tools/call': once(answer) })
    return { options: http(url, { ...OWN, protocol: '2026-07-28' }), tool: 'echo' }
  },
  async 'HTTP events with sessions'(t, text) {
    const answer = (asked: Asked) => {
      asked.stream()
      asked.response.end(`data: ${withId(text, asked)}\n\n`)
    }
    const { url } = await httpUpstream(t, { 'tools/call': once(answer) })
    return { options: http(url, { ...OWN, protocol: 'legacy' }), tool: 'echo' }
  },
}

for (const [over, making] of Object.entries(SERVERS)) {
  test(`whatever a server sends over ${over} fails its own call alone`, async (t) => {
    const good = await httpUpstream(t)
    for (const [what, text] of Object.entries(GARBAGE)) {
      const { options, tool, args = () => ({}) } = await making(t, text)
      const all = { bad: options, good: http(good.url, OWN) }
      const servers = connectMcpServers(all, { log: waitingLog(), report: () => undefined })
      t.after(() => servers.close())
      await servers.ready()
      await assert.rejects(
        call(servers, `bad.${tool}`, args(text)),
        ({ code }: { code: string }) => FAILURES.has(code),
        what,
      )
      assert.equal(textOf(await call(servers, 'good.echo')), 'echoed', what)
      assert.ok((await call(servers, 'bad.echo')).content, what)
      await servers.close()
    }
  })
}

test('garbage on the old event stream ends its session, and another is opened', async (t) => {
  for (const text of ['{"jsonrpc":"2.0","id":', '<html>', '[]', '"text"']) {
    let calls = 0
    const upstream = await sseUpstream(t, {
      behaviour: {
        'tools/call'({ message }) {
          if (calls++ === 0) upstream.write(`data: ${text}\n\n`)
          else upstream.say({ jsonrpc: '2.0', id: message.id ?? null, result: { content: [] } })
        },
      },
    })
    const options = http(upstream.url, { ...OWN, protocol: 'sse' })
    const servers = connectMcpServers(
      { bad: options },
      { log: waitingLog(), report: () => undefined },
    )
    t.after(() => servers.close())
    await servers.ready()
    await assert.rejects(call(servers, 'bad.echo'), { code: 'UPSTREAM_PROTOCOL' }, text)
    assert.deepEqual(await call(servers, 'bad.echo'), { content: [] })
    await servers.close()
  }
})
