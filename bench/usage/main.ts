/**
 * What counting costs: a call begun, held and let go; a receipt read into the counts; keeping them;
 * and reading a ledger's receipts again after `usage.db` was lost.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageBook } from '../../src/kernel/budget/usage-book.ts'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { openUsage, readUsage } from '../../src/stores/sqlite/open-usage.ts'
import { UsageFile } from '../../src/stores/sqlite/usage-file.ts'
import { SAMPLE_SIGNER } from '../../test/support/sample-log.ts'
import { decisionDraft, effectDraft } from '../../test/support/sample-receipts.ts'

const ACTIONS = 20_000
/** Receipts that are appended in one go. */
const GROUP = 1_000
const AGENTS = 20
const RATE = { kind: 'rate_limit', calls: 1_000_000, perMs: 60_000 } as const
const spend = [{ budget: 'llm', amount: 0.01 }]
const budgets = { llm: { limit: 1_000_000, perMs: 86_400_000, unit: 'USD', perAgent: true } }

const silent = () => undefined
const log = { info: silent, warn: silent, error: silent }

function* receipts(): Generator<Receipt> {
  for (let n = 0; n < ACTIONS; n++) {
    const ts = 1_790_000_000_000 + n * 20
    const actor = [{ kind: 'agent', id: `a${n % AGENTS}`, via: 'bearer-jwt' }] as const
    const place = { v: 1, log: 'bench', ts, actor, spend } as const
    yield { ...decisionDraft(`d${n}`), ...place, seq: 2 * n }
    yield { ...effectDraft(`e${n}`, `d${n}`), ...place, seq: 2 * n + 1 }
  }
}

/** Processor time of this thread: others may be busy on the machine. */
function time(name: string, count: number, work: () => void): void {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  const us = (user + system) / count
  console.log(`${name.padEnd(40)} ${us.toFixed(2).padStart(9)} µs each, ${count} times`)
}

const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
const all = [...receipts()]
const book = new UsageBook(budgets)
time('a receipt read into the counts', all.length, () => {
  for (const receipt of all) book.apply(receipt)
})
const now = 1_790_000_000_000 + ACTIONS * 20
time('a call begun, held, let go', ACTIONS, () => {
  for (let n = 0; n < ACTIONS; n++) {
    const call = book.begin({ principal: `agent a${n % AGENTS}`, operation: 'a.b', now })
    call.reserve({ rates: [RATE], spend })
    call.end()
  }
})

const directory = join(folder, 'ledger')
const ledger = await openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log })
try {
  const place = { file: join(folder, 'usage.db'), budgets, now }
  const usage = openUsage({ ...place, ledger: readLedger(directory).of(), log })
  for (let at = 0; at < all.length; at += GROUP) {
    await Promise.all(
      all.slice(at, at + GROUP).map(({ seq: _, prev: __, ...draft }) => ledger.append(draft)),
    )
  }
  time('a receipt read from the ledger again', all.length, () => {
    const rest = readLedger(directory).of()
    readUsage({ ...place, ledger: rest, file: join(folder, 'none.db') })
  })
  const file = UsageFile.open(join(folder, 'kept.db'))
  time(`the counts of ${AGENTS} agents kept`, 50, () => {
    for (let n = 0; n < 50; n++) file.keep('bench', book.changes(), { anew: false })
  })
  file.close()
  usage.close()
} finally {
  await ledger.close()
  rmSync(folder, { recursive: true, force: true })
}
