import type { DatabaseSync } from 'node:sqlite'
import { LedgerAudit, type StoredCheckpoint } from '../../kernel/receipt/ledger-audit.ts'
import { type LedgerReport, unreadable } from '../../kernel/receipt/ledger-report.ts'
import type { TileReader } from '../../kernel/receipt/tree-audit.ts'
import { openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import {
  bytesOf,
  isDamage,
  lastOfRun,
  numberOf,
  openForReading,
  textOf,
} from './ledger-database.ts'

/** Leaves between two calls of `onProgress`. */
const PROGRESS_STEP = 10_000

export interface VerifyOptions {
  /** A checkpoint of this log, seen earlier. Only this shows that a whole tail was taken away. */
  readonly remembered?: string | undefined
  onProgress?(done: number, of: number): void
}

/**
 * Verifies a whole ledger: hashes every receipt again, rebuilds the tree, checks every signature
 * and all that was derived. Damage is a problem in the report; it throws only for a key or a
 * remembered checkpoint that can't be read, and for a file that is not there.
 */
export function verifyLedger(
  file: string,
  vkey: string,
  { remembered, onProgress }: VerifyOptions = {},
): LedgerReport {
  const key = parseVerifierKey(vkey)
  const head = remembered === undefined ? undefined : openCheckpoint(remembered, key)
  let db: DatabaseSync | undefined
  let audit: LedgerAudit | undefined
  try {
    db = openForReading(file)
    const sources = { storedTile: tileReader(db), lastOfRun: lastOfRun(db) }
    audit = new LedgerAudit({ key, remembered: head, ...sources })
    // One transaction: a writer that goes on meanwhile does not show.
    db.exec('BEGIN')
    checkDatabase(db, audit)
    readLog(db, audit, onProgress)
    return audit.end(readDerived(db))
  } catch (error) {
    if (!isDamage(error)) throw error
    audit?.problems.add('LEDGER_UNREADABLE', error.message)
    return audit?.report() ?? unreadable(error.message)
  } finally {
    db?.close()
  }
}

function checkDatabase(db: DatabaseSync, audit: LedgerAudit): void {
  const verdict = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check
  if (verdict !== 'ok') audit.problems.add('LEDGER_UNREADABLE', `damaged database: ${verdict}`)
}

/** Each checkpoint goes to the audit right after the leaves it covers. */
function readLog(db: DatabaseSync, audit: LedgerAudit, onProgress: VerifyOptions['onProgress']) {
  const last = Number(db.prepare('SELECT max(seq) AS last FROM leaf').get()?.last ?? 0)
  const checkpoints = storedCheckpoints(db)
  let checkpoint = checkpoints.next()
  const rows = db.prepare('SELECT seq, id, run, hash, bytes FROM leaf ORDER BY seq')
  for (const row of rows.iterate()) {
    const seq = numberOf(row.seq)
    for (; !checkpoint.done && checkpoint.value.size <= seq; checkpoint = checkpoints.next()) {
      audit.checkpoint(checkpoint.value)
    }
    const [id, run] = [textOf(row.id), textOf(row.run)]
    audit.leaf({ seq, id, run, hash: bytesOf(row.hash), bytes: bytesOf(row.bytes) })
    if (seq % PROGRESS_STEP === 0) onProgress?.(seq, last + 1)
  }
  for (; !checkpoint.done; checkpoint = checkpoints.next()) audit.checkpoint(checkpoint.value)
}

function* storedCheckpoints(db: DatabaseSync): Generator<StoredCheckpoint, undefined> {
  for (const row of db.prepare('SELECT size, note FROM checkpoint ORDER BY size').iterate()) {
    yield { size: numberOf(row.size), note: textOf(row.note) }
  }
  return undefined
}

function readDerived(db: DatabaseSync): { openActions: string[]; tiles: number } {
  const open = db.prepare('SELECT id FROM open_action').all()
  const tiles = db.prepare('SELECT count(*) AS tiles FROM tile').get()?.tiles
  return { openActions: open.map(({ id }) => textOf(id)), tiles: numberOf(tiles) }
}

function tileReader(db: DatabaseSync): TileReader {
  const tile = db.prepare('SELECT root, hashes FROM tile WHERE level = ? AND place = ?')
  return (level, index) => {
    const row = tile.get(level, index)
    return row && { root: bytesOf(row.root), hashes: bytesOf(row.hashes) }
  }
}
