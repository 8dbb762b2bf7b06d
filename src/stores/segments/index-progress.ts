import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { FRAME_KINDS } from './frame.ts'
import { GrownLogs } from './grown-logs.ts'
import { indexInvalid, numberOf, textOf } from './index-database.ts'
import { IndexHashes } from './index-hashes.ts'
import { LEDGER_START } from './read-groups.ts'
import { frameAt, type Position } from './segment-files.ts'

/** How far an index has come: the place behind the last group, and the logs as they are there. */
export interface IndexProgress {
  readonly at: Position
  readonly logs: GrownLogs
}

/**
 * Reads how far an index has come.
 * @throws PortcullisError `LEDGER_INDEX_INVALID` where the last group that it knows is not in the
 * segments: they were cut, put back from a copy, or are of another ledger.
 */
export function readProgress(db: DatabaseSync, directory: string): IndexProgress {
  const row = db.prepare('SELECT * FROM progress').get()
  if (row === undefined) return { at: LEDGER_START, logs: new GrownLogs() }
  const noteAt = { segment: numberOf(row.noteSegment), offset: numberOf(row.noteAt) }
  checkNote(directory, noteAt, textOf(row.note))
  const at = { segment: numberOf(row.segment), offset: numberOf(row.at) }
  return { at, logs: readLogs(db) }
}

/** The place behind the last group, or nothing in an empty index. Only to be compared. */
export function progressMark(db: DatabaseSync): string | undefined {
  const row = db.prepare('SELECT segment, at FROM progress').get()
  return row === undefined ? undefined : `${numberOf(row.segment)}:${numberOf(row.at)}`
}

function checkNote(directory: string, at: Position, note: string): void {
  let found: string | undefined
  try {
    const { kind, log, body } = frameAt(directory, at)
    const isNote = kind === FRAME_KINDS.checkpoint && log === 0
    found = isNote ? Buffer.from(body).toString('utf8') : undefined
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isGone && !(error instanceof PortcullisError)) throw error
  }
  if (found !== note) {
    throw indexInvalid(`segment ${at.segment} has another checkpoint at byte ${at.offset}`)
  }
}

function readLogs(db: DatabaseSync): GrownLogs {
  const hashes = new IndexHashes(db)
  const size = db.prepare('SELECT max(seq) + 1 AS size FROM leaf WHERE log = ?')
  const logs = db.prepare('SELECT log, origin, tenant FROM log ORDER BY log').all()
  return new GrownLogs(
    logs.map((row) => {
      const log = numberOf(row.log)
      const named = { log, origin: textOf(row.origin) }
      const tree = hashes.resume(log, Number(size.get(log)?.size ?? 0))
      return row.tenant === null
        ? { ...named, tree }
        : { ...named, tenant: textOf(row.tenant), tree }
    }),
  )
}
