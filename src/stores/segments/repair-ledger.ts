/** What can be done by hand, and honestly, about a ledger that does not open. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { FsckReport, LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { type Checkpoint, claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey, type VerifierKey } from '../../kernel/tlog/note.ts'
import type { Files } from './files.ts'
import { judgeByKeys, type SizedKey } from './fsck/judge-by-keys.ts'
import { fsck } from './fsck.ts'
import { lockLedger } from './ledger-lock.ts'
import { checkPublished, signedCheckpoint } from './published.ts'
import { DAMAGED_END, quarantine, replaceSegment } from './quarantine.ts'
import { type FoundGroup, isBefore, scanGroups } from './scan-groups.ts'
import { listSegments, type Position, segmentFile } from './segment-files.ts'
import { lastWritten, laterCheckpoints, type Tail, tailsFrom } from './tail.ts'

export interface RepairOptions {
  readonly directory: string
  readonly origin: string
  readonly keys: readonly SizedKey[]
  /** A head that was seen earlier: nothing is repaired to less. */
  readonly remembered?: Checkpoint | undefined
  /** The directory of a copy of this ledger. */
  readonly from?: string | undefined
}

/** What would be done; `none` where nothing can be done that is honest, and why. */
export type Repair =
  | { readonly kind: 'sound' }
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'cut'; readonly keeps: string; readonly tails: readonly Tail[] }
  | { readonly kind: 'replace'; readonly keeps: string; readonly segments: readonly Whole[] }

/** A segment as a copy has it. */
export interface Whole {
  readonly segment: number
  readonly bytes: Buffer
}

export interface RepairPlan {
  readonly report: FsckReport
  readonly repair: Repair
}

/** Says what is wrong and what can be done about it, and changes nothing. */
export function planRepair(options: RepairOptions): RepairPlan {
  const damaged = new Set<number>()
  const report = check(options.directory, options, (segment) => void damaged.add(segment))
  if (report.ok) return { report, repair: { kind: 'sound' } }
  const cut = planCut(options, report.problems)
  if (cut.kind === 'cut' || options.from === undefined) return { report, repair: cut }
  const { directory, from } = options
  const segments = [...damaged].flatMap((segment) => betterIn(from, directory, segment))
  if (segments.length === 0) return { report, repair: none('the copy has no other bytes there') }
  const trial = mkdtempSync(join(tmpdir(), 'portcullis-recover-'))
  try {
    return { report, repair: tryWith(segments, trial, { ...options, head: report.head }) }
  } finally {
    rmSync(trial, { recursive: true, force: true })
  }
}

/**
 * Does what the plan says, which is made again under the lock of the writer. What is set aside goes
 * to `quarantine/`, and the receipt of the next start tells of it.
 * @throws PortcullisError `LEDGER_LOCKED` while the runtime is at work.
 */
export function repairLedger(files: Files, options: RepairOptions): RepairPlan {
  const { directory } = options
  const unlock = lockLedger(directory)
  try {
    const plan = planRepair(options)
    const { repair } = plan
    if (repair.kind === 'cut') {
      for (const tail of repair.tails) quarantine(files, directory, { ...tail, mark: DAMAGED_END })
    } else if (repair.kind === 'replace') {
      for (const segment of repair.segments) replaceSegment(files, directory, segment)
    }
    return plan
  } finally {
    unlock()
  }
}

function check(
  directory: string,
  { origin, keys, remembered }: RepairOptions,
  onDamaged?: (segment: number) => void,
): FsckReport {
  const judge = judgeByKeys(keys)
  return fsck(directory, { origin, judge, remembered, ...(onDamaged && { onDamaged }) })
}

/** The end may go only where no checkpoint behind it says that it was acknowledged. */
function planCut({ directory, keys }: RepairOptions, problems: readonly LedgerProblem[]): Repair {
  const verifiers = keys.map(({ vkey }) => parseVerifierKey(vkey))
  const last = lastGroup(directory, verifiers)
  if (last === undefined) return none('no group of receipts under a signed checkpoint can be read')
  const before = problems.find(({ at }) => !isTailAt(at, last.end))
  if (before !== undefined) {
    return none(`not only the end is damaged: ${before.code}, ${before.message}`)
  }
  const tails = tailsFrom(directory, last.end)
  const { size } = claimedCheckpoint(last.note)
  if (tails.some(({ bytes }) => laterCheckpoints(bytes, verifiers, size).length > 0)) {
    return none(`behind checkpoint ${size} stands a later one: what it covers was acknowledged`)
  }
  try {
    checkPublished(directory, last.note, verifiers)
  } catch (error) {
    if (error instanceof PortcullisError) return none(error.message)
    throw error
  }
  return { kind: 'cut', keeps: last.note, tails }
}

function lastGroup(directory: string, keys: readonly VerifierKey[]): FoundGroup | undefined {
  const written = lastWritten(directory)
  if (written === undefined) return undefined
  for (const segment of new Set([written, Math.max(written - 1, 0)])) {
    if (!existsSync(segmentFile(directory, segment))) continue
    const groups = groupsFrom(directory, segment, keys)
    const last = groups.findLast(({ note }) => signedCheckpoint(note, keys) !== undefined)
    if (last !== undefined) return last
  }
  return undefined
}

function groupsFrom(
  directory: string,
  segment: number,
  keys: readonly VerifierKey[],
): readonly FoundGroup[] {
  try {
    return scanGroups(directory, { segment, keys })?.groups ?? []
  } catch (error) {
    // Its snapshot can't be gone on from: the segment before it has the last group.
    if (error instanceof PortcullisError && error.code === 'LEDGER_CORRUPT') return []
    throw error
  }
}

function isTailAt(at: LedgerProblem['at'], end: Position): boolean {
  return at !== undefined && !isBefore(at, end)
}

/**
 * Puts segments of a copy in place of damaged ones, beside the ledger, and checks the whole: it has
 * to hold, and to end no earlier than the last checkpoint that can still be read here.
 */
function tryWith(
  segments: readonly Whole[],
  trial: string,
  { head = '', ...options }: RepairOptions & { readonly head: string | undefined },
): Repair {
  const { directory, keys } = options
  mkdirSync(join(trial, 'segments'))
  for (const { segment, bytes } of segments) writeFileSync(segmentFile(trial, segment), bytes)
  for (const segment of listSegments(directory)) {
    if (segments.some((whole) => whole.segment === segment)) continue
    symlinkSync(resolve(segmentFile(directory, segment)), segmentFile(trial, segment))
  }
  const verifiers = keys.map(({ vkey }) => parseVerifierKey(vkey))
  const { remembered = signedCheckpoint(head, verifiers) } = options
  const { problems, head: keeps = '' } = check(trial, { ...options, remembered })
  const [problem] = problems
  if (problem === undefined) return { kind: 'replace', keeps, segments }
  return none(`the copy does not make it whole: ${problem.code}, ${problem.message}`)
}

/** The segment of the copy, where it has one that differs. */
function betterIn(from: string, directory: string, segment: number): Whole[] {
  const [ours, theirs] = [segmentFile(directory, segment), segmentFile(from, segment)]
  if (!existsSync(theirs)) return []
  const bytes = readFileSync(theirs)
  return existsSync(ours) && readFileSync(ours).equals(bytes) ? [] : [{ segment, bytes }]
}

function none(why: string): Repair {
  return { kind: 'none', why }
}
