import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { runPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy desk { allow: desk.echo }'
const MORE = `[ledger.subjects]
"desk.echo" = "args.customer"
`

let running: RunningRuntime
let sales: Client
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: MORE })
  sales = await running.agent('sales')
})
after(() => running.close())

const echo = (customer: string) =>
  sales.callTool({ name: 'desk.echo', arguments: { message: `for ${customer}`, customer } })
const portcullis = (...args: readonly string[]) => runPortcullis(args, { cwd: running.folder })
const replay = async () => JSON.parse((await portcullis('policy', 'replay', '--json')).stdout)

test('an erasure reaches recorded requests: a replay beside the runtime skips them', async () => {
  for (const customer of ['c-1', 'c-2', 'c-1']) await echo(customer)
  // They are written behind the path.
  await running.restart()
  sales = await running.agent('sales')
  assert.deepEqual(await replay(), { replayed: 3, erased: 0, changes: [] })
  const erased = await portcullis('ledger', 'erase', '--subject', 'data:c-1')
  assert.equal(erased.exit, 0, erased.stderr)
  assert.deepEqual(await replay(), { replayed: 1, erased: 2, changes: [] })
  const { stdout } = await portcullis('policy', 'replay')
  assert.match(stdout, /1 recorded request replayed: no decision change\n2 others skipped/)
  const [first] = running.receipts().filter(({ kind }) => kind === 'decision')
  const explained = await portcullis('policy', 'explain', '--receipt', first?.id ?? '')
  assert.match(explained.stdout, /the subject was erased/)
  const suggested = await portcullis('policy', 'suggest', '--agent', 'sales', '--json')
  const { decisions, recorded } = JSON.parse(suggested.stdout)
  assert.deepEqual([decisions, recorded], [3, 1])
})
