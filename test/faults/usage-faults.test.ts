import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { readUsage } from '../../src/stores/sqlite/open-usage.ts'
import { scratch } from '../support/scratch.ts'

const PROGRAM = fileURLToPath(new URL('./usage-until-killed.ts', import.meta.url))

/** Runs the program until it has said `count` lines of a kind, then kills it. Gives all it said. */
async function killedAfter(
  t: TestContext,
  folder: string,
  wanted: { limit: number; kind: RegExp; count: number },
) {
  const { limit, kind, count } = wanted
  const child = spawn(process.execPath, [PROGRAM, folder, String(limit)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const said: string[] = []
  const lines = createInterface({ input: child.stdout })
  const ended = once(lines, 'close')
  lines.on('line', (line) => {
    said.push(line)
    if (said.filter((each) => kind.test(each)).length === count) child.kill('SIGKILL')
  })
  await ended
  return said
}

const out = (said: readonly string[]) => said.filter((line) => line.startsWith('out ')).length / 4

test('killed however often, a runtime never spends more than its budget holds', async (t) => {
  const folder = await scratch(t)
  const limit = 40
  let spent = 0
  for (let round = 1; round <= 4; round++) {
    spent += out(await killedAfter(t, folder, { limit, kind: /^out /, count: 11 * round }))
    const budgets = { llm: { limit, perMs: 3_600_000, unit: 'USD', perAgent: false } }
    const ledger = readLedger(join(folder, 'ledger')).of()
    const book = readUsage({ file: join(folder, 'usage.db'), ledger, budgets, now: Date.now() })
    const { spent: counted, reserved } = book.balance('llm', '', Date.now())
    assert.ok(counted + reserved >= spent, `${counted} + ${reserved} counted of ${spent} spent`)
  }
  const rest = await killedAfter(t, folder, { limit, kind: /^refused/, count: 1 })
  assert.ok(rest.includes('refused BUDGET_EXCEEDED'))
  spent += out(rest)
  assert.ok(spent <= limit, `${spent} of ${limit}`)
  assert.ok(spent > limit - 10, `at most what was under way at each kill is lost: ${spent}`)
})
