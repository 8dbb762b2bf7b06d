import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { loadConfig } from '../../src/app/config.ts'
import { explain } from '../../src/app/explain.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
policy desk {
  allow: desk.echo if usage.calls_last_day <= 100 && budget.own.remaining >= 1
  require: [spend("own", 1), spend("shared", 0.25)]
}
`
const BUDGETS = `[budgets.own]
limit = 3
per = "1h"
unit = "calls"
per_agent = true
[budgets.shared]
limit = 10
per = "1d"
unit = "USD"
`

let running: RunningRuntime
let sales: Client
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'], more: BUDGETS })
  sales = await running.agent('sales')
})
after(() => running.close())

const echo = () => sales.callTool({ name: 'desk.echo', arguments: { message: 'x' } })
const budgets = async () => (await running.runtime.operations.budgets()).budgets
const asked = () =>
  explain(
    { agent: 'sales', action: 'desk.echo', at: Date.now() },
    loadConfig(join(running.folder, 'portcullis.toml'), {}),
  ).decision.effect

test('what was spent shows in the budgets, in the receipts and in an explanation', async () => {
  assert.equal(asked(), 'allow_with_conditions')
  for (let call = 0; call < 3; call++) await echo()
  const [own, shared] = await budgets()
  assert.deepEqual(own?.all, { spent: 3, reserved: 0 })
  assert.deepEqual(own?.agents, [
    { agent: 'research', spent: 0, reserved: 0, remaining: 3 },
    { agent: 'sales', spent: 3, reserved: 0, remaining: 0 },
  ])
  assert.deepEqual(shared?.all, { spent: 0.75, reserved: 0, remaining: 9.25 })
  assert.deepEqual(shared?.agents, [{ agent: 'sales', spent: 0.75, reserved: 0 }])
  assert.equal(asked(), 'deny', 'beside the runtime, from its ledger')
  const refused = await echo().catch((error: Error) => error)
  assert.match(JSON.stringify(refused), /POLICY_DENIED/)
})

test('a reset gives it back and leaves a receipt', async () => {
  const { operations } = running.runtime
  const own = await operations.resetBudget('own', { agent: 'sales' })
  assert.equal(own.agents.find(({ agent }) => agent === 'sales')?.remaining, 3)
  const last = running.receipts().at(-1)
  assert.deepEqual(last?.event, { name: 'budget.reset', detail: 'own agent sales' })
  await echo()
  assert.equal((await budgets())[0]?.all.spent, 1)
})

const NOT_RESET: readonly [name: string, agent: string | undefined, code: string][] = [
  ['none', undefined, 'BUDGET_UNKNOWN'],
  ['constructor', undefined, 'BUDGET_UNKNOWN'],
  ['own', 'ghost', 'IDENTITY_UNKNOWN'],
  ['shared', 'sales', 'REQUEST_INVALID'],
]

for (const [name, agent, code] of NOT_RESET) {
  test(`a reset of ${name} for ${agent} is ${code} and leaves nothing`, async () => {
    const before = running.receipts().length
    const request = agent === undefined ? {} : { agent }
    await assert.rejects(running.runtime.operations.resetBudget(name, request), { code })
    assert.equal(running.receipts().length, before)
  })
}
