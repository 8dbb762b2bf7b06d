import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import {
  type ErasedRequest,
  parsePolicyRequest,
  type RecordedRequest,
} from '../../kernel/policy/recorded-request.ts'
import { checkRequestSchema, REQUESTS_WAIT_MS } from './request-file.ts'
import { openRequest, type RequestKeys } from './sealed-request.ts'

/** Recorded requests open for reading, beside their writer or without one. */
export interface RequestReader {
  /** How many there are since a time, in milliseconds since the epoch. */
  count(since?: number): number
  /**
   * The request that this receipt decided on, if it was recorded.
   * @throws PortcullisError `PAYLOAD_ERASED` where its subject was erased.
   */
  request(receipt: string): RecordedRequest | undefined
  /** All since a time, oldest first. */
  requests(since?: number): Iterable<RecordedRequest | ErasedRequest>
  close(): void
}

/** Nothing where nothing was ever recorded. Throws `REQUEST_UNREADABLE` for a strange file. */
export function readRequests(file: string, keys: RequestKeys): RequestReader | undefined {
  if (!existsSync(file)) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: REQUESTS_WAIT_MS })
  try {
    checkRequestSchema(db, file)
    return readerOf(db, keys)
  } catch (error) {
    db.close()
    throw error
  }
}

type Row = Record<string, SQLOutputValue>

const COLUMNS = 'receipt, at, pseudonym, sealed'

function readerOf(db: DatabaseSync, keys: RequestKeys): RequestReader {
  const one = db.prepare(`SELECT ${COLUMNS} FROM request WHERE receipt = ?`)
  const all = db.prepare(`SELECT ${COLUMNS} FROM request WHERE at >= ? ORDER BY place`)
  const count = db.prepare('SELECT count(*) AS kept FROM request WHERE at >= ?')
  const known = new Map<string, KeyObject | undefined>()
  const recorded = (row: Row) => {
    const pseudonym = String(row.pseudonym)
    if (!known.has(pseudonym)) known.set(pseudonym, keys(pseudonym))
    return opened(row, known.get(pseudonym))
  }
  return {
    count: (since = 0) => Number(count.get(since)?.kept),
    request(receipt) {
      const row = one.get(receipt)
      const found = row && recorded(row)
      if (found === undefined || 'request' in found) return found
      const message = `the subject of what was recorded for \`${receipt}\` was erased`
      throw new PortcullisError('PAYLOAD_ERASED', message)
    },
    *requests(since = 0) {
      for (const row of all.iterate(since)) yield recorded(row)
    },
    close: () => db.close(),
  }
}

/** Without its key it was erased. */
function opened(row: Row, key: KeyObject | undefined): RecordedRequest | ErasedRequest {
  const receipt = String(row.receipt)
  const at = Number(row.at)
  if (key === undefined) return { receipt, at, erased: true }
  const sealed = row.sealed instanceof Uint8Array ? row.sealed : new Uint8Array()
  const place = { receipt, at, pseudonym: String(row.pseudonym) }
  const request = parsePolicyRequest(openRequest(key, place, sealed))
  if (request !== undefined) return { receipt, at, request }
  const message = `what was recorded for \`${receipt}\` is no request`
  throw new PortcullisError('REQUEST_UNREADABLE', message)
}
