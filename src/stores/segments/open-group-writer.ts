import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { VerifierKey } from '../../kernel/tlog/note.ts'
import type { Files } from './files.ts'
import { FRAME_KINDS, writeFrame } from './frame.ts'
import type { Group, OpenedLedger } from './group.ts'
import { GroupWriter, type GroupWriterOptions, newOrigin } from './group-writer.ts'
import { lockLedger } from './ledger-lock.ts'
import { LedgerState, NODE_LOG } from './ledger-state.ts'
import { checkPublished, readPublished } from './published.ts'
import { DAMAGED_SNAPSHOT, markReported, mend, quarantine, unreported } from './quarantine.ts'
import { type MendedSnapshot, type RecoveredLedger, recoverLedger } from './recover-ledger.ts'
import type { FoundGroup } from './scan-groups.ts'
import { segmentFile } from './segment-files.ts'
import { NoteSigner } from './signers.ts'
import { formatSnapshot } from './snapshot.ts'

/** A ledger that is open for its one writer, and what it came to at the opening. */
export interface OpenGroupWriter {
  readonly writer: GroupWriter
  readonly opened: OpenedLedger
  /** A receipt tells of everything in quarantine. */
  reported(): void
  close(): Promise<void>
}

/**
 * Opens or creates the ledger in a directory. What a crash left is moved away, and what may be in
 * memory alone is written again.
 * @throws PortcullisError `LEDGER_LOCKED`, `LEDGER_CORRUPT`, `LEDGER_KEY_MISMATCH`.
 */
export function openGroupWriter(options: GroupWriterOptions): OpenGroupWriter {
  const { directory, files } = options
  files.makeDirectory(join(directory, 'segments'))
  files.syncDirectory(directory)
  const unlock = lockLedger(directory)
  try {
    const { writer, opened } = openWriter(options)
    const close = () => writer.close().finally(unlock)
    return { writer, opened, reported: () => markReported(files, directory), close }
  } catch (error) {
    unlock()
    throw error
  }
}

type Opened = Pick<OpenGroupWriter, 'writer' | 'opened'>

function openWriter(options: GroupWriterOptions): Opened {
  const { directory, files, signers } = options
  const keys = new NoteSigner(signers).keys(signers.active.name)
  const found = recoverLedger(directory, keys)
  if ('mended' in found && found.mended !== undefined) mendSnapshot(options, found.mended)
  if (found.torn !== undefined) quarantine(files, directory, found.torn)
  return 'replay' in found ? goOn(options, found, keys) : begin(options)
}

/** Seals and writes the snapshot again that a segment has to begin with. */
function mendSnapshot(
  { directory, files, signers }: GroupWriterOptions,
  { segment, snapshot, bytes }: MendedSnapshot,
): void {
  const frame = Buffer.alloc(bytes)
  const body = formatSnapshot(snapshot, new NoteSigner(signers))
  writeFrame(frame, 0, { log: NODE_LOG, kind: FRAME_KINDS.snapshot, body })
  const at = { segment, offset: 0 }
  mend(files, directory, { at, bytes: frame, mark: DAMAGED_SNAPSHOT })
}

/** Writes what every ledger begins with: the log of one tenant, and a head without leaves. */
function begin(options: GroupWriterOptions): Opened {
  const { directory, signers } = options
  const origin = signers.active.name
  const state = LedgerState.empty(origin)
  const writer = new GroupWriter(options, state, { segment: 0, offset: 0 })
  const log = { log: 1, origin: newOrigin(origin), tenant: DEFAULT_TENANT }
  const note = commitNow(writer, { declared: [log], open: [] })
  const logs = [{ ...log, size: 0 }]
  return { writer, opened: openedAs(writer, directory, { note, logs, open: [] }) }
}

function goOn(
  options: GroupWriterOptions,
  { replay, last }: RecoveredLedger,
  keys: readonly VerifierKey[],
): Opened {
  const { directory, files } = options
  checkPublished(directory, last.note, keys)
  writeAgain(files, directory, last)
  const { state, open } = replay
  const writer = new GroupWriter(options, state, last.end)
  const actions = [...open.values()]
  const complete = writer.standing.unsigned === 0
  const note = complete ? last.note : commitNow(writer, { open: actions })
  const logs = state.logs.flatMap(({ log, origin, tenant, frontier }) =>
    tenant === undefined ? [] : [{ log, origin, tenant, size: frontier.size }],
  )
  return { writer, opened: openedAs(writer, directory, { note, logs, open: actions }) }
}

/** A group without a leaf, which signs the heads that have no signature. */
function commitNow(writer: GroupWriter, more: Partial<Group>): string {
  const none = Buffer.alloc(0)
  const group = { frames: none, hashes: none, logs: 0, declared: [], cosigned: [] }
  const answer = writer.commit({ ...group, signHeads: 'all', concluding: true, ...more })
  if ('note' in answer) return answer.note
  throw new PortcullisError('LEDGER_FULL', 'the disk has no room to open the ledger')
}

function openedAs(
  writer: GroupWriter,
  directory: string,
  opened: Pick<OpenedLedger, 'note' | 'logs' | 'open'>,
): OpenedLedger {
  const published = readPublished(directory)
  return {
    ...opened,
    ...(published !== undefined && { published }),
    standing: writer.standing,
    node: writer.nodeEdge,
    unreported: unreported(directory),
  }
}

/**
 * Writes the last group once more. A sync that failed can have left it in memory alone, marked as
 * if it were on the disk; all before it is there, or there had been no group after it.
 */
function writeAgain(files: Files, directory: string, { begin, end }: FoundGroup): void {
  const path = segmentFile(directory, begin.segment)
  const bytes = Buffer.alloc(end.offset - begin.offset)
  const file = openSync(path, 'r')
  const read = readSync(file, bytes, 0, bytes.length, begin.offset)
  closeSync(file)
  const target = files.open(path, 'existing')
  try {
    const written = files.write(target, bytes.subarray(0, read), begin.offset)
    if (written !== bytes.length) throw new Error('the last group could not be written again')
    files.fdatasync(target)
  } finally {
    files.close(target)
  }
}

/** What is wrong with a ledger that could not be opened. */
export function openingCode(error: unknown): ErrorCode {
  return error instanceof PortcullisError ? error.code : 'LEDGER_UNAVAILABLE'
}
