/**
 * `npm run faults -- ledger [--count N] [--json]`: breaks the disk under the ledger in every way
 * there is, and checks after each that nothing acknowledged is lost and that the ledger holds.
 * `--count` is how many machines lose power (2000); the system calls are gone through one by one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Loss } from './audit-left.ts'
import { cutPower } from './power-cuts.ts'
import {
  APPENDER,
  canTrace,
  fullDiskFaults,
  inflict,
  kills,
  type ProcessFault,
  pruner,
  systemCallFaults,
  type Victim,
} from './process-faults.ts'
import { cutsOfRetention, writeOldLedger } from './retention-faults.ts'

const UNTRACED = 'strace may not trace here: system calls are left out'
/** Processes under a fault. */
const AT_A_TIME = 2
const POWER = 'power cut or lost sync'
const PRUNING = 'retention: '
const RETENTION = `${PRUNING}${POWER}`
/** Ways in which each cut leaves a disk that are tried. */
const LEFT_BY_A_CUT = 4

interface Tally {
  faults: number
  lost: number
  wrong: number
}

const { values } = parseArgs({
  options: { count: { type: 'string', default: '2000' }, json: { type: 'boolean' } },
})
const scratch = mkdtempSync(join(tmpdir(), 'portcullis-faults-'))
const tallies = new Map<string, Tally>()
const failures: string[] = []

function count(kind: string, { lost, wrong }: Loss, faults = 1): void {
  const tally = tallies.get(kind) ?? { faults: 0, lost: 0, wrong: 0 }
  tally.faults += faults
  tally.lost += lost.length
  tally.wrong += wrong.length > 0 ? 1 : 0
  tallies.set(kind, tally)
  failures.push(...[...lost.map((id) => `lost ${id}`), ...wrong].map((what) => `${kind}: ${what}`))
}

function progress(what: string, done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}: ${done} of ${of}`)
}

const suffered = (victim: Victim, faults: readonly ProcessFault[]) =>
  faults.map((fault) => ({ victim, fault }))

const ofRetention = () =>
  systemCallFaults(scratch, retention).map((fault) => ({
    ...fault,
    kind: `${PRUNING}${fault.kind}`,
  }))

const machines = Number(values.count)
for (let seed = 0; seed < machines; seed += 1) {
  progress(POWER, seed, machines)
  const { faults, ...loss } = await cutPower(scratch, seed)
  count(POWER, loss, faults)
}
const old = await writeOldLedger(scratch)
for await (const { faults: each, ...loss } of cutsOfRetention(scratch, old, LEFT_BY_A_CUT)) {
  count(RETENTION, loss, each)
}
const retention = pruner(old)
const traced = canTrace()
  ? [...suffered(APPENDER, systemCallFaults(scratch)), ...suffered(retention, ofRetention())]
  : []
if (traced.length === 0) process.stderr.write(`${UNTRACED}\n`)
const faults = [...traced, ...suffered(APPENDER, [...fullDiskFaults(20), ...kills(40)])]
const waiting = faults.entries()
let done = 0
// A process waits for the disk and for the one that traces it: two at a time use two cores.
const inflicting = Array.from({ length: AT_A_TIME }, async () => {
  for (const [, { victim, fault }] of waiting) {
    progress(fault.kind, done, faults.length)
    count(fault.kind, await inflict(scratch, fault, victim))
    done += 1
  }
})
await Promise.all(inflicting)
progress('', 0, 0)
rmSync(scratch, { recursive: true, force: true })

const all = [...tallies.values()].reduce((sum, { faults }) => sum + faults, 0)
const lost = [...tallies.values()].reduce((sum, tally) => sum + tally.lost, 0)
const ok = failures.length === 0
if (values.json === true) {
  const kinds = Object.fromEntries(tallies)
  process.stdout.write(`${JSON.stringify({ ok, faults: all, lost, kinds, failures })}\n`)
} else {
  const rows = Array.from(tallies, ([kind, { faults: n }]) => `${String(n).padStart(6)}  ${kind}`)
  const last = `${all} faults, ${lost} acknowledged receipts lost`
  process.stdout.write(`${[...rows, ...failures, last].join('\n')}\n`)
}
process.exitCode = ok ? 0 : 1
