import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { openTenantKey } from '../../src/stores/keys-file/tenant-key.ts'
import { DataKeys } from '../../src/stores/payloads/data-keys.ts'
import { runPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy desk { allow: desk.echo allow: memory.* }'
const MORE = `[ledger.subjects]
"desk.echo" = "args.customer"
"memory.write" = "args.key"
`

let running: RunningRuntime
let sales: Client
before(async () => {
  running = await runRuntime({
    policy: POLICY,
    agents: ['sales'],
    memory: { notes: { seeded: 1 } },
    more: MORE,
  })
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

test('an erasure reaches what was written into memory', async () => {
  const remember = (key: string) =>
    sales.callTool({ name: 'memory.write', arguments: { namespace: 'notes', key, value: key } })
  const keys = async () => {
    const read = { name: 'memory.read', arguments: { namespace: 'notes' } }
    const { structuredContent } = await sales.callTool(read)
    return JSON.stringify(structuredContent).match(/(?<="key":")[^"]+/g)
  }
  for (const key of ['ann', 'bob']) await remember(key)
  assert.deepEqual(await keys(), ['ann', 'bob', 'seeded'])
  await portcullis('ledger', 'erase', '--subject', 'data:ann')
  assert.deepEqual(await keys(), ['bob', 'seeded'])
  const state = () => readFileSync(join(running.folder, '.portcullis', 'state.db'), 'latin1')
  assert.equal(state().includes('ann'), false)
})

test('an erasure that a crash interrupted is concluded at the start, in every store', async () => {
  const call = { name: 'memory.write', arguments: { namespace: 'notes', key: 'cleo', value: 1 } }
  await sales.callTool(call)
  const data = join(running.folder, '.portcullis')
  const wrote = running.receipts().findLast(({ kind }) => kind === 'decision')
  const pseudonym = wrote?.in?.subject ?? assert.fail()
  const before = running.receipts().length
  await running.restart(async () => {
    const tenantKey = await openTenantKey(join(data, 'keys'), 'default', { create: false })
    const keys = new DataKeys({ file: join(data, 'data-keys.db'), tenant: 'default', tenantKey })
    const erasure = { receipt: 'interrupted', pseudonym, at: 1, reason: 'asked', payloads: 0 }
    keys.destroy({ ...erasure, again: false })
    keys.close()
  })
  assert.equal(readFileSync(join(data, 'state.db'), 'latin1').includes('cleo'), false)
  const since = running.receipts().slice(before)
  const erased = since.filter(({ kind }) => kind === 'erasure')
  assert.deepEqual(
    erased.map(({ id, event }) => [id, event?.subject]),
    [['interrupted', pseudonym]],
  )
})
