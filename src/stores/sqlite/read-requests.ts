import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { parsePolicyRequest, type RecordedRequest } from '../../kernel/policy/recorded-request.ts'
import { checkRequestSchema, REQUESTS_WAIT_MS } from './request-file.ts'
import { openRequest } from './sealed-request.ts'

/** Recorded requests open for reading, beside their writer or without one. */
export interface RequestReader {
  /** How many there are since a time, in milliseconds since the epoch. */
  count(since?: number): number
  /** The request that this receipt decided on, if it was recorded. */
  request(receipt: string): RecordedRequest | undefined
  /** All since a time, oldest first. */
  requests(since?: number): Iterable<RecordedRequest>
  close(): void
}

/** Nothing where nothing was ever recorded. Throws `REQUEST_UNREADABLE` for a strange file. */
export function readRequests(file: string, key: KeyObject): RequestReader | undefined {
  if (!existsSync(file)) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: REQUESTS_WAIT_MS })
  try {
    checkRequestSchema(db, file)
    return readerOf(db, key)
  } catch (error) {
    db.close()
    throw error
  }
}

type Row = Record<string, SQLOutputValue>

function readerOf(db: DatabaseSync, key: KeyObject): RequestReader {
  const one = db.prepare('SELECT receipt, at, sealed FROM request WHERE receipt = ?')
  const all = db.prepare('SELECT receipt, at, sealed FROM request WHERE at >= ? ORDER BY place')
  const count = db.prepare('SELECT count(*) AS kept FROM request WHERE at >= ?')
  return {
    count: (since = 0) => Number(count.get(since)?.kept),
    request(receipt) {
      const row = one.get(receipt)
      return row && recorded(row, key)
    },
    *requests(since = 0) {
      for (const row of all.iterate(since)) yield recorded(row, key)
    },
    close: () => db.close(),
  }
}

function recorded(row: Row, key: KeyObject): RecordedRequest {
  const receipt = String(row.receipt)
  const at = Number(row.at)
  const sealed = row.sealed instanceof Uint8Array ? row.sealed : new Uint8Array()
  const request = parsePolicyRequest(openRequest(key, { receipt, at }, sealed))
  if (request !== undefined) return { receipt, at, request }
  const message = `what was recorded for \`${receipt}\` is no request`
  throw new PortcullisError('REQUEST_UNREADABLE', message)
}
