/**
 * What a durable receipt costs, and what it does not cost to have it in a signed tree.
 *
 *   npm run bench -- ledger [--json] [--long]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FsckReport } from '../../src/kernel/receipt/ledger-report.ts'
import { verifyPortableReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import { fsckInParallel } from '../../src/stores/segments/fsck-in-parallel.ts'
import {
  type LedgerOptions,
  type OpenLedger,
  openLedger,
} from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { checkLedger } from '../../test/support/check-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import { silentLog } from '../../test/support/silent-log.ts'
import { figures, measure, print, type Result, rounded } from '../report.ts'
import { signedEach, sqliteRows, syncedEach } from './peers.ts'
import { type Hand, lastOf, type Pace, paceOf, produce, WINDOW } from './produce.ts'
import { draftOf, draftsOf, leavesOf } from './receipts.ts'

const CALLERS = [1, 16, 256, 1_024]
/** Receipts that a peer is given at once. */
const GROUP = 1_000
const PRODUCED = 100_000
/** Most calls of one reading. With fewer, one slow group of all callers would be its p99. */
const CALLS = 100_000
/** Enough for several segments. */
const CHECKED = 400_000

const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
const results: Result[] = []
let ledgers = 0

type Options = Pick<LedgerOptions, 'inline' | 'runs'>
const THREADS: Readonly<Record<string, Options>> = { worker: {}, inline: { inline: {} } }

async function withLedger<T>(
  options: Options,
  work: (ledger: OpenLedger) => Promise<T>,
): Promise<T> {
  const directory = join(folder, String(ledgers++))
  const signers = { active: SAMPLE_SIGNER }
  const open = { directory, signers, queueLimit: 2 * WINDOW, log: silentLog, ...options }
  const ledger = await openLedger(open)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
    rmSync(directory, { recursive: true })
  }
}

interface Figure {
  readonly value: number
  readonly unit: Result['unit']
  readonly peer?: Result | undefined
}

function note(name: string, { value, unit, peer }: Figure): Result {
  const ratio = peer === undefined ? null : rounded(value / peer.value)
  const result = { name, value: rounded(value), unit, against: peer?.name ?? null, ratio }
  results.push(result)
  return result
}

for (const [thread, options] of Object.entries(THREADS)) {
  for (const callers of CALLERS) {
    await withLedger(options, async (ledger) => {
      let n = 0
      const call = () => ledger.append(draftOf(n++))
      await measure(callers, callers * 4, call)
      const sample = await measure(callers, Math.min(CALLS, 500 + callers * 400), call)
      results.push(...figures(`${thread}/${callers}`, sample))
    })
  }
}

/** Rate and processor time of receipts that were durable at the end. */
function notePaced(name: string, { rate, cpu, ownCpu }: Pace, peer?: Result): Result {
  note(`${name}/cpu`, { value: cpu, unit: 'us' })
  note(`${name}/cpu-of-caller`, { value: ownCpu, unit: 'us' })
  return note(name, { value: rate, unit: '1/s', peer })
}

const durable = new Map<string, Result>()
for (const [thread, options] of Object.entries(THREADS)) {
  await withLedger(options, async (ledger) => {
    const many: Hand = (from, to) => ledger.appendAll(draftsOf(from, to))
    const single: Hand = (from, to) => lastOf(from, to, (n) => ledger.append(draftOf(n)))
    await produce(PRODUCED / 4, many)
    durable.set(thread, notePaced(`${thread}/producer`, await produce(PRODUCED, many)))
    notePaced(`${thread}/producer-one-by-one`, await produce(PRODUCED, single), durable.get(thread))
  })
}

const inline = durable.get('inline')
const built = () => leavesOf(GROUP)
const leaves = built()
const finished = () => leaves
for (const [name, peer, groups, content] of [
  ['signed-each', signedEach, 20, built],
  ['signed-and-synced-each', syncedEach, 2, built],
  ['sqlite-rows', sqliteRows, 40, built],
  ['sqlite-rows-of-finished-bytes', sqliteRows, 40, finished],
] as const) {
  const result = notePaced(name, paceOf(join(folder, name), { peer, groups, content }), inline)
  if (name !== 'signed-each') continue
  for (const [thread, { value }] of durable) {
    note(`${thread}/producer-to-signed-each`, { value: value / result.value, unit: 'x' })
  }
}

/** Receipts that are checked in a second, once the code is warm. */
async function checkedPerSecond(check: () => FsckReport | Promise<FsckReport>): Promise<number> {
  await check()
  const begun = performance.now()
  const { ok, receipts } = await check()
  if (!ok) throw new Error('the ledger of the benchmark does not hold')
  return receipts / ((performance.now() - begun) / 1_000)
}

for (const [thread, options] of Object.entries(THREADS)) {
  await withLedger(options, async (ledger) => {
    const logs = Array.from({ length: 1_000 }, (_, tenant) => ledger.of(`tenant-${tenant}`))
    const append = (n: number) => logs[n % logs.length]?.append(draftOf(n)) ?? Promise.resolve()
    const hand: Hand = (from, to) => lastOf(from, to, append)
    // Each tenant has its first receipts, and its log a name that is signed, before it counts.
    await produce(PRODUCED / 4, hand)
    notePaced(`${thread}/1000-tenants`, await produce(PRODUCED, hand), durable.get(thread))
  })
}

await withLedger({}, async (ledger) => {
  const sizes = [1e3, 1e4, 1e5, 1e6, ...(process.argv.includes('--long') ? [1e7] : [])]
  let size = 0
  for (const end of sizes) {
    const begin = size
    const many: Hand = (from, to) => ledger.appendAll(draftsOf(begin + from, begin + to))
    const { rate, cpu } = await produce(end - begin, many)
    size = end
    note(`curve/${end}/append`, { value: 1e6 / rate, unit: 'us' })
    note(`curve/${end}/cpu`, { value: cpu, unit: 'us' })
    note(`curve/${end}/resident`, { value: process.memoryUsage().rss / 2 ** 20, unit: 'MB' })
  }
})

const one = join(folder, 'one')
const signers = { active: SAMPLE_SIGNER }
const small = await openLedger({ directory: one, signers, log: silentLog, queueLimit: 2 * WINDOW })
await produce(CHECKED, (from, to) => small.appendAll(draftsOf(from, to)))
await small.close()
const alone = await checkedPerSecond(() => checkLedger(one))
const about = { origin: SAMPLE_ORIGIN, keys: [SAMPLE_VKEY] }
const peer = note('fsck/one-thread', { value: alone, unit: '1/s' })
note('fsck', { value: await checkedPerSecond(() => fsckInParallel(one, about)), unit: '1/s', peer })
const portable = readLedger(one).of().proof(5_000)
const begun = performance.now()
for (let count = 0; count < 200; count += 1) verifyPortableReceipt(portable, SAMPLE_VKEY)
const each = ((performance.now() - begun) / 200) * 1_000
note('verify/one-receipt', { value: each, unit: 'us' })

rmSync(folder, { recursive: true, force: true })
print('ledger', results, process.argv.includes('--json'))
