/** Faults in a real process: system calls that fail, signals, a limit on what may be written. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { segmentFile } from '../../../src/stores/segments/segment-files.ts'
import { auditLeft, type Loss } from './audit-left.ts'
import { auditRetention, copyOf, type OldLedger } from './retention-faults.ts'
import { BOTH_SIGNERS } from './workload.ts'

const ROUNDS = 9

/** A program that works on a ledger, and what to make of the ledger that it leaves. */
export interface Victim {
  /** Makes the ledger that it begins with. */
  prepare(scratch: string): string
  readonly args: (directory: string) => readonly string[]
  audit(directory: string, acknowledged: readonly string[]): Promise<Loss>
}

const APPENDING = fileURLToPath(new URL('./append-until-fault.ts', import.meta.url))

/** Appends receipts to a new ledger. */
export const APPENDER: Victim = {
  prepare: (scratch) => mkdtempSync(join(scratch, 'ledger-')),
  args: (directory) => [APPENDING, directory, 'fault', String(ROUNDS)],
  audit: (directory, acknowledged) => auditLeft(directory, { acknowledged, signers: BOTH_SIGNERS }),
}

const PRUNING = fileURLToPath(new URL('./prune-until-fault.ts', import.meta.url))

/** Lets retention take out of a copy of a ledger what may go. */
export function pruner(old: OldLedger): Victim {
  return {
    prepare: (scratch) => copyOf(scratch, old.directory),
    args: (directory) => [PRUNING, directory],
    audit: (directory) => auditRetention(directory, old),
  }
}

/** Far longer than the program takes, in milliseconds: one that still runs then never ends. */
const HANGS_AFTER_MS = 30_000

/** Everything that the writer asks of the system on the way to the disk. */
const CALLS = ['pwrite64', 'write', 'fdatasync', 'fsync', 'openat', 'rename', 'mkdir'] as const

/** One thing that goes wrong: how it is named, and the command that runs the program under it. */
export interface ProcessFault {
  readonly kind: string
  readonly command: (directory: string) => readonly string[]
  /** Kill the process once it has acknowledged so many receipts. */
  readonly killAfter?: number
}

/** Is there a `strace` that may trace here? */
export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
}

/** Each call, each time that it is made, failing in each way. */
export function systemCallFaults(
  scratch: string,
  victim: Victim = APPENDER,
): readonly ProcessFault[] {
  return CALLS.flatMap((call) => {
    const times = timesOf(call, scratch, victim)
    const ways: [kind: string, inject: string][] = [
      [`${call} fails with EIO`, 'error=EIO'],
      [`${call} fails with ENOSPC`, 'error=ENOSPC'],
      [`killed at ${call}`, 'signal=SIGKILL'],
      ...(call === 'pwrite64' ? ([[`${call} is cut short`, 'retval=100']] as const) : []),
    ] as [string, string][]
    return ways.flatMap(([kind, inject]) =>
      Array.from({ length: times }, (_, index) => ({
        kind,
        command: (directory: string) =>
          traced(directory, ['-e', `inject=${call}:${inject}:when=${index + 1}+`]),
      })),
    )
  })
}

/** The disk is full after so many bytes; the limit makes writes fail as such a disk does. */
export function fullDiskFaults(count: number): readonly ProcessFault[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'disk full',
    command: () => ['bash', '--norc', '-c', `ulimit -f ${1 + 2 * index}; exec "$0" "$@"`],
  }))
}

/** A kill after so many receipts, at whatever the process does then. */
export function kills(count: number): readonly ProcessFault[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'killed at any moment',
    command: () => [],
    killAfter: 1 + (index % 20),
  }))
}

/** How often a thread of the program makes this call to write a ledger. */
function timesOf(call: string, scratch: string, victim: Victim): number {
  const directory = victim.prepare(scratch)
  const trace = join(scratch, `trace-${call}`)
  const command = traced(directory, ['-e', `trace=${call}`, '-o', trace])
  const [program = '', ...args] = [...command, process.execPath, ...victim.args(directory)]
  spawnSync(program, args)
  const threads = new Map<string, number>()
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [, thread] = /^(\d+) +\w+\(/.exec(line) ?? []
    if (thread !== undefined) threads.set(thread, (threads.get(thread) ?? 0) + 1)
  }
  rmSync(directory, { recursive: true })
  return Math.max(0, ...threads.values())
}

/** Only calls about the ledger: Node writes to other places as well. */
function traced(directory: string, about: readonly string[]): readonly string[] {
  const places = [
    ...['', 'segments', 'quarantine', 'published'].map((name) => join(directory, name)),
    ...['checkpoint', 'checkpoint.new'].map((name) => join(directory, 'published', name)),
    ...[0, 1, 2, 3].flatMap((segment) => {
      const file = segmentFile(directory, segment)
      return [file, `${file}.new`]
    }),
  ]
  return ['strace', '-f', '-qq', '-o', '/dev/null', ...about, ...places.flatMap((at) => ['-P', at])]
}

/** Runs the program under a fault and judges what it left. */
export async function inflict(
  scratch: string,
  fault: ProcessFault,
  victim: Victim = APPENDER,
): Promise<Loss> {
  const directory = victim.prepare(scratch)
  const lines = await run(fault.command(directory), victim.args(directory), fault.killAfter)
  const acknowledged = lines.flatMap((line) => (line.startsWith('a ') ? [line.slice(2)] : []))
  const loss = await victim.audit(directory, acknowledged)
  rmSync(directory, { recursive: true })
  return { ...loss, wrong: [...loss.wrong, ...unsealed(lines), ...hanging(lines)] }
}

/** What stands in place of the program's own words where it did not end. */
const HANGS = 'hangs'

/** Once an append failed, no other may go through. */
function unsealed(lines: readonly string[]): readonly string[] {
  const sealed = lines.indexOf('refused LEDGER_UNAVAILABLE')
  if (sealed === -1) return []
  const after = lines.slice(sealed).filter((line) => /^a |^late (?!LEDGER_)/.test(line))
  return after.map((line) => `after the fault: ${line}`)
}

function hanging(lines: readonly string[]): readonly string[] {
  return lines.includes(HANGS) ? [`the program did not end in ${HANGS_AFTER_MS} ms`] : []
}

async function run(
  under: readonly string[],
  code: readonly string[],
  killAfter?: number,
): Promise<string[]> {
  const [program = '', ...args] = [...under, process.execPath, ...code]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  const timer = setTimeout(() => {
    said += `\n${HANGS}`
    child.kill('SIGKILL')
  }, HANGS_AFTER_MS)
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    said += text
    const count = said.split('\na ').length - 1
    if (killAfter !== undefined && count >= killAfter) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return said.split('\n')
}
