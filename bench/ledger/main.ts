/**
 * What a durable receipt costs, and what it does not cost to have it in a signed tree.
 *
 *   npm run bench -- ledger [--json] [--long]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { verifyPortableReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import {
  type LedgerOptions,
  type OpenLedger,
  openLedger,
} from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { SAMPLE_SIGNER, SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import { silentLog } from '../../test/support/silent-log.ts'
import { figures, measure, print, type Result, rounded } from '../report.ts'
import { type Peer, signedEach, sqliteRows, syncedEach } from './peers.ts'
import { draftOf, leavesOf } from './receipts.ts'

const CALLERS = [1, 16, 256, 1_024]
/** Receipts that a peer is given at once. */
const GROUP = 1_000
/** Receipts under way at once where one producer appends as fast as it is let. */
const WINDOW = 4_000
/** Receipts between two looks at what has become of others. */
const BREATH = 250
const PRODUCED = 100_000

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
  const queueLimit = 4 * WINDOW
  const open = { directory, signers, queueLimit, log: silentLog, ...options }
  const ledger = await openLedger(open)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
    rmSync(directory, { recursive: true })
  }
}

/**
 * Appends so many receipts as fast as one producer can, which lets answers in now and then and has
 * at most a window of receipts under way; returns receipts a second.
 */
async function produce(count: number, append: (n: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  const marks: Promise<unknown>[] = []
  for (let n = 0; n < count; n += 1) {
    const appended = append(n)
    if (n % BREATH !== BREATH - 1) continue
    marks.push(appended)
    await setImmediate()
    if (marks.length > WINDOW / BREATH) await marks.shift()
  }
  await Promise.all(marks)
  return count / ((performance.now() - begun) / 1_000)
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
      const sample = await measure(callers, Math.min(20_000, 500 + callers * 60), call)
      results.push(...figures(`${thread}/${callers}`, sample))
    })
  }
}

const durable = new Map<string, Result>()
for (const [thread, options] of Object.entries(THREADS)) {
  const rate = await withLedger(options, async (ledger) => {
    await produce(PRODUCED / 4, (n) => ledger.append(draftOf(n)))
    return produce(PRODUCED, (n) => ledger.append(draftOf(n)))
  })
  durable.set(thread, note(`${thread}/producer`, { value: rate, unit: '1/s' }))
}

const inline = durable.get('inline')
const leaves = leavesOf(GROUP)
for (const [name, peer, groups] of [
  ['signed-each', signedEach, 10],
  ['signed-and-synced-each', syncedEach, 1],
  ['sqlite-rows', sqliteRows, 40],
] as const) {
  note(name, { value: rateOf(name, peer, groups), unit: '1/s', peer: inline })
}

/** Groups of the same leaves again and again; the leaves are made beforehand. */
function rateOf(name: string, peer: Peer, groups: number): number {
  const { group, close } = peer(join(folder, name), leaves)
  group()
  const begun = performance.now()
  for (let count = 0; count < groups; count += 1) group()
  const seconds = (performance.now() - begun) / 1_000
  close()
  return (groups * GROUP) / seconds
}

for (const [thread, options] of Object.entries(THREADS)) {
  const rate = await withLedger(options, async (ledger) => {
    const logs = Array.from({ length: 1_000 }, (_, tenant) => ledger.of(`tenant-${tenant}`))
    const append = (n: number) => logs[n % logs.length]?.append(draftOf(n)) ?? Promise.resolve()
    await produce(logs.length, append)
    return produce(PRODUCED, append)
  })
  note(`${thread}/1000-tenants`, { value: rate, unit: '1/s', peer: durable.get(thread) })
}

await withLedger({}, async (ledger) => {
  const sizes = [1e3, 1e4, 1e5, 1e6, ...(process.argv.includes('--long') ? [1e7] : [])]
  let size = 0
  for (const end of sizes) {
    const rate = await produce(end - size, (n) => ledger.append(draftOf(size + n)))
    size = end
    note(`curve/${end}/append`, { value: 1e6 / rate, unit: 'us' })
    note(`curve/${end}/resident`, { value: process.memoryUsage().rss / 2 ** 20, unit: 'MB' })
  }
})

const one = join(folder, 'one')
const signers = { active: SAMPLE_SIGNER }
const small = await openLedger({ directory: one, signers, log: silentLog, queueLimit: 4 * WINDOW })
await produce(10_000, (n) => small.append(draftOf(n)))
await small.close()
const portable = readLedger(one).of().proof(5_000)
const begun = performance.now()
for (let count = 0; count < 200; count += 1) verifyPortableReceipt(portable, SAMPLE_VKEY)
const each = ((performance.now() - begun) / 200) * 1_000
note('verify/one-receipt', { value: each, unit: 'us' })

rmSync(folder, { recursive: true, force: true })
print('ledger', results, process.argv.includes('--json'))
