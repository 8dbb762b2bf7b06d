import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { guard } from '../../src/pipeline/guard.ts'
import { ALLOWED, inMemoryPorts } from '../support/in-memory-ports.ts'
import { demanding } from '../support/obligations.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
policy hurried {
  allow: desk.echo if principal.roles.contains("hurried")
  require: rate_limit(5, 1h)
}
policy spenders {
  allow: desk.echo if principal.roles.contains("first") || principal.roles.contains("second")
  require: spend("tokens", 1)
}
policy frugal {
  allow: desk.echo if principal.roles.contains("frugal") && usage.calls_last_hour <= 3
}
policy readers {
  allow: memory.read("rows.*") if principal.roles.contains("reader")
  require: [max_rows(2), mask("result.records.*.value.pin", 4)]
}
`
const BUDGETS = `[budgets.tokens]
limit = 8
per = "1h"
unit = "tokens"
`
const PACKED = JSON.stringify({ list: JSON.stringify(['r1', 'r2', 'hidden-3']) })
const LINES = ['{"n":1}', '{"n":2}', '{"n":"hidden-4"}'].join('\n')

let running: RunningRuntime
before(async () => {
  running = await runRuntime({
    policy: POLICY,
    agents: ['hurried', 'first', 'second', 'frugal', 'reader'],
    memory: {
      'rows.packed': { a: PACKED, b: LINES, c: 'hidden-5' },
      'rows.pins': { a: { pin: '1234' }, b: { pin: 98765432 } },
    },
    more: BUDGETS,
  })
})
after(() => running.close())

const codeOf = (code: string) => running.receipts().filter((receipt) => receipt.code === code)
const echo = async (client: Client) => {
  const answer = await client
    .callTool({ name: 'desk.echo', arguments: { message: 'x' } })
    .catch(() => ({ isError: true }))
  return answer.isError !== true
}
const done = (answers: readonly boolean[]) => answers.filter(Boolean).length
const times = <Of>(count: number, of: () => Of) => Array.from({ length: count }, of)

test('a burst of concurrent calls does not beat the rate limit', async () => {
  const client = await running.agent('hurried')
  assert.equal(done(await Promise.all(times(12, () => echo(client)))), 5)
  assert.equal(codeOf('RATE_LIMITED').length, 7)
})

test('a burst of concurrent calls does not beat a limit that a policy reads', async () => {
  const client = await running.agent('frugal')
  assert.equal(done(await Promise.all(times(9, () => echo(client)))), 3)
})

test('two sessions racing for one budget do not overspend it', async () => {
  const clients = [await running.agent('first'), await running.agent('second')]
  const calls = clients.flatMap((client) => times(7, () => echo(client)))
  assert.equal(done(await Promise.all(calls)), 8)
  assert.equal(codeOf('BUDGET_EXCEEDED').length, 6)
})

test('rows are not hidden in packed JSON, JSON by the line or more records', async () => {
  const client = await running.agent('reader')
  const args = { namespace: 'rows.packed' }
  const answer = await client.callTool({ name: 'memory.read', arguments: args })
  const text = JSON.stringify(answer)
  assert.match(text, /r2/)
  assert.doesNotMatch(text, /hidden/)
  assert.match(text, /\[cut:max_rows\]/)
  const last = running.receipts().at(-1)
  assert.ok(last?.redactions?.some(({ why }) => why === 'max_rows'))
})

test('a mask shows nothing of a value that is as short as what it keeps', async () => {
  const client = await running.agent('reader')
  const args = { namespace: 'rows.pins' }
  const { structuredContent } = await client.callTool({ name: 'memory.read', arguments: args })
  assert.partialDeepStrictEqual(structuredContent, {
    records: [{ value: { pin: '****' } }, { value: { pin: '****5432' } }],
  })
})

test('setting the clock back frees no call', async () => {
  const decision = demanding(ALLOWED, { kind: 'rate_limit', calls: 3, perMs: 60_000 })
  const memory = inMemoryPorts({ decision })
  let now = 1_790_000_000_000
  const ports = { ...memory, clock: { ...memory.clock, now: () => now } }
  const action = { kind: 'tool.call', server: 'llm', tool: 'ask', args: {} } as const
  const credential = { kind: 'bearer', token: 'good' } as const
  const channel = { door: 'mcp', peer: 'local', run: 'r' }
  const ask = async () => (await guard({ action, credential, channel }, ports)).kind
  const asked: string[] = []
  for (let call = 0; call < 6; call++) {
    asked.push(await ask())
    now -= 3_600_000
  }
  assert.deepEqual(asked, ['done', 'done', 'done', 'refused', 'refused', 'refused'])
})
