import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { parseReceipt } from '../../src/kernel/receipt/parse-receipt.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { LedgerFile, type NewLeaf } from '../../src/stores/sqlite/ledger-file.ts'
import { SAMPLE_SIGNER, sampleLog } from './sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from './sample-receipts.ts'

/** Decisions, their outcomes and refusals in a few runs; the last decision has no outcome. */
export function sampleDrafts(count: number): ReceiptDraft[] {
  const drafts = Array.from({ length: count }, (_, i) => {
    const run = `run-${i % 3}`
    if (i % 5 === 0) return decisionDraft(`d${i}`, run)
    return i % 5 === 2 ? effectDraft(`e${i}`, `d${i - 2}`, run) : refusalDraft(`r${i}`, run)
  })
  return [...drafts, decisionDraft('last')]
}

function newLeaf(text: string): NewLeaf {
  const { id, run, kind, effect } = parseReceipt(text)
  const opens = kind === 'decision' && effect?.state === 'dispatched'
  const closes = kind === 'effect' ? effect?.of : undefined
  return closes === undefined ? { id, run, text, opens } : { id, run, text, opens, closes }
}

/** Writes leaves to a ledger, a checkpoint after each group of 1, 2 … `groupLimit` of them. */
export function writeLedger(file: string, leaves: readonly string[], groupLimit = 6): void {
  const ledger = LedgerFile.open(file, SAMPLE_SIGNER)
  for (
    let start = 0, size = 1;
    start < leaves.length;
    start += size, size = (size % groupLimit) + 1
  ) {
    ledger.commit(leaves.slice(start, start + size).map(newLeaf))
  }
  ledger.close()
}

/** A ledger of this many receipts and one; returns their leaves. */
export function writeSampleLedger(
  file: string,
  count: number,
  groupLimit?: number,
): readonly string[] {
  const { leaves } = sampleLog(sampleDrafts(count))
  writeLedger(file, leaves, groupLimit)
  return leaves
}

/** Runs one statement on a ledger that is not open, as somebody who tampers with it would. */
export function tamper(file: string, sql: string, ...values: SQLInputValue[]): void {
  const db = new DatabaseSync(file)
  try {
    db.prepare(sql).run(...values)
  } finally {
    db.close()
  }
}

/** One column of one row, as bytes. */
export function bytesAt(file: string, sql: string, ...values: SQLInputValue[]): Buffer {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const [value] = Object.values(db.prepare(sql).get(...values) ?? {})
    return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value))
  } finally {
    db.close()
  }
}

/** The bytes with one bit changed. */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  const at = Math.floor(bit / 8) % bytes.length
  changed.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at)
  return changed
}
