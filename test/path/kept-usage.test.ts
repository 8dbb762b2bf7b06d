import assert from 'node:assert/strict'
import { copyFileSync, cpSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { openUsage, readUsage } from '../../src/stores/sqlite/open-usage.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'
import { decisionDraft, effectDraft } from '../support/sample-receipts.ts'
import { eventLog, scratch } from '../support/scratch.ts'

const NOW = 1_790_000_000_000
const BUDGETS = { llm: { limit: 10, perMs: 3_600_000, unit: 'USD', perAgent: false } }
const spend = [{ budget: 'llm', amount: 0.5 }]
const CALL = { principal: 'agent sales', operation: 'slack.post_message', now: NOW }

/** A ledger and its counts, opened as the runtime opens them. */
async function opened(t: TestContext, folder: string, keepEvery = 1_000) {
  const log = eventLog()
  const directory = join(folder, 'ledger')
  const ledger = await openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log })
  const place = { file: join(folder, 'usage.db'), budgets: BUDGETS, now: NOW }
  const usage = openUsage({ ...place, ledger: readLedger(directory).of(), log, keepEvery })
  const unsubscribe = ledger.subscribe((receipt) => usage.apply(receipt))
  let names = usage.book.applied
  const act = async () => {
    const id = `d${names++}`
    await ledger.append({ ...decisionDraft(id), spend })
    await ledger.append({ ...effectDraft(`${id}-effect`, id), spend })
  }
  /** The runtime dies, as far as the counts can tell. */
  const die = () => {
    unsubscribe()
    return ledger.close()
  }
  const close = async () => {
    usage.close()
    await die()
  }
  t.after(die)
  const spent = () => usage.book.balance('llm', '', NOW + 60_000).spent
  return { ...place, directory, usage, log, act, die, close, spent }
}

test('counts are there again after the runtime was stopped', async (t) => {
  const folder = await scratch(t)
  const first = await opened(t, folder)
  await first.act()
  await first.act()
  await first.close()
  const second = await opened(t, folder)
  assert.equal(second.spent(), 1)
  assert.equal(second.usage.book.peek(CALL).usage.calls_last_minute, 3)
  assert.deepEqual(second.log.events, [])
})

test('counts that were not kept are read from the ledger', async (t) => {
  const folder = await scratch(t)
  const first = await opened(t, folder, 3)
  for (let n = 0; n < 5; n++) await first.act()
  await first.die()
  assert.equal((await opened(t, folder)).spent(), 2.5)
})

test('a budget is not reset by deleting the file of the counts', async (t) => {
  const folder = await scratch(t)
  const first = await opened(t, folder)
  await first.act()
  await first.close()
  rmSync(first.file)
  assert.equal((await opened(t, folder)).spent(), 0.5)
})

test('a budget is not reset by an older copy of the ledger', async (t) => {
  const folder = await scratch(t)
  const first = await opened(t, folder)
  await first.act()
  await first.close()
  cpSync(first.directory, join(folder, 'old'), { recursive: true })
  const second = await opened(t, folder)
  await second.act()
  await second.close()
  cpSync(join(folder, 'old'), first.directory, { recursive: true })
  const third = await opened(t, folder)
  assert.equal(third.spent(), 1)
  assert.deepEqual(third.log.events, ['usage.ahead'])
  await third.act()
  assert.equal(third.spent(), 1.5)
})

test('counts of another ledger are not taken over', async (t) => {
  const folder = await scratch(t)
  const first = await opened(t, folder)
  await first.act()
  await first.close()
  const other = await scratch(t)
  copyFileSync(first.file, join(other, 'usage.db'))
  const log = eventLog()
  const active = { ...SAMPLE_SIGNER, name: 'portcullis.example/other' }
  const directory = join(other, 'ledger')
  const ledger = await openLedger({ directory, signers: { active }, log })
  t.after(() => ledger.close())
  const place = { file: join(other, 'usage.db'), budgets: BUDGETS, now: NOW }
  const usage = openUsage({ ...place, ledger: readLedger(directory).of(), log })
  assert.equal(usage.book.balance('llm', '', NOW).spent, 0)
  usage.close()
})

for (const damage of ['', 'not a database at all', 'SQLite format 3\0 but no more of it']) {
  test(`a damaged file (${JSON.stringify(damage)}) is made again from the ledger`, async (t) => {
    const folder = await scratch(t)
    const first = await opened(t, folder)
    await first.act()
    await first.close()
    writeFileSync(first.file, damage)
    const second = await opened(t, folder)
    assert.equal(second.spent(), 0.5)
    await second.close()
    assert.equal((await opened(t, folder)).spent(), 0.5)
  })
}

test('counts can be read beside the runtime, with what was not kept yet', async (t) => {
  const folder = await scratch(t)
  const running = await opened(t, folder)
  await running.act()
  const ledger = readLedger(running.directory).of()
  assert.equal(readUsage({ ...running, ledger }).balance('llm', '', NOW).spent, 0.5)
  rmSync(running.file)
  assert.equal(readUsage({ ...running, ledger }).balance('llm', '', NOW).spent, 0.5)
})

test('nobody but the owner can read the counts', async (t) => {
  const { file } = await opened(t, await scratch(t))
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

for (const [what, path] of [
  ['there is no folder', ['no', 'such.db']],
  ['there is a folder of the name', ['.']],
] as const)
  test(`where the counts cannot be kept, as ${what}, counting goes on`, async (t) => {
    const folder = await scratch(t)
    const file = join(folder, ...path)
    const log = eventLog()
    const directory = join(folder, 'ledger')
    const ledger = await openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log })
    t.after(() => ledger.close())
    const counted = readLedger(directory).of()
    const place = { file, ledger: counted, budgets: BUDGETS, now: NOW, log }
    const usage = openUsage({ ...place, keepEvery: 1 })
    ledger.subscribe((receipt) => usage.apply(receipt))
    await ledger.append({ ...decisionDraft('d'), spend })
    assert.equal(usage.book.balance('llm', '', NOW).reserved, 0.5)
    assert.ok(log.events.includes('usage.unkept'))
  })
