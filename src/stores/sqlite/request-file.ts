import type { KeyObject } from 'node:crypto'
import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { type RequestPlace, sealRequest } from './sealed-request.ts'

/** `PCRQ`: marks the file as recorded requests of ours. */
const APPLICATION_ID = 0x50435251
/** Since 2 each request is sealed with a key of its subject. */
export const REQUEST_SCHEMA_VERSION = 2
/** How long one program waits for another at this file, in milliseconds. */
export const REQUESTS_WAIT_MS = 5_000

const SCHEMA = `
  CREATE TABLE request (
    place INTEGER PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    sealed BLOB NOT NULL, pseudonym TEXT NOT NULL
  ) STRICT;
  CREATE INDEX request_at ON request (at);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${REQUEST_SCHEMA_VERSION};
`

/** A request on its way to the disk, as text, with the key that seals it. */
export interface RequestText extends RequestPlace {
  readonly pseudonym: string
  readonly key: KeyObject
  readonly text: string
}

export interface RequestBounds {
  readonly maxAgeMs: number
  readonly maxCount: number
}

/** Recorded requests, open for their one writer. What goes beyond the bounds goes, oldest first. */
export class RequestFile {
  /** How many there are. */
  kept: number
  readonly #db: DatabaseSync
  readonly #bounds: RequestBounds
  readonly #add: StatementSync
  readonly #dropOlder: StatementSync
  readonly #dropFirst: StatementSync

  constructor(file: string, bounds: RequestBounds) {
    // Only a new file is opened here. To close a file drops every lock this process has on it.
    if (!existsSync(file)) closeSync(openSync(file, 'ax', 0o600))
    this.#db = new DatabaseSync(file, { timeout: REQUESTS_WAIT_MS })
    this.#bounds = bounds
    // `NORMAL`: a loss of power may cost the last requests, never the file. No action waits.
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON',
    )
    const empty = this.#db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()
    if (empty?.tables === 0) this.#db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    checkRequestSchema(this.#db, file)
    this.#add = this.#db.prepare('INSERT OR IGNORE INTO request VALUES (NULL, ?, ?, ?, ?)')
    this.#dropOlder = this.#db.prepare('DELETE FROM request WHERE at < ?')
    this.#dropFirst = this.#db.prepare(
      'DELETE FROM request WHERE place IN (SELECT place FROM request ORDER BY place LIMIT ?)',
    )
    this.kept = Number(this.#db.prepare('SELECT count(*) AS kept FROM request').get()?.kept)
  }

  /** All of them or none. */
  keep(requests: readonly RequestText[], now: number): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      let kept = this.kept
      for (const request of requests) {
        const { receipt, at, pseudonym, key, text } = request
        const sealed = sealRequest(key, request, text)
        kept += Number(this.#add.run(receipt, at, sealed, pseudonym).changes)
      }
      kept -= Number(this.#dropOlder.run(now - this.#bounds.maxAgeMs).changes)
      const tooMany = kept - this.#bounds.maxCount
      if (tooMany > 0) kept -= Number(this.#dropFirst.run(tooMany).changes)
      this.#db.exec('COMMIT')
      this.kept = kept
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#db.close()
  }
}

/** @throws PortcullisError `REQUEST_UNREADABLE` for a file that is something else. */
export function checkRequestSchema(db: DatabaseSync, file: string): void {
  if (requestSchemaOf(db) === REQUEST_SCHEMA_VERSION) return
  throw new PortcullisError('REQUEST_UNREADABLE', `\`${file}\` holds no requests of this version`)
}

/** Version of a file of recorded requests; nothing for one that is something else. */
export function requestSchemaOf(db: DatabaseSync): number | undefined {
  const application = db.prepare('PRAGMA application_id').get()?.application_id
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  return application === APPLICATION_ID ? version : undefined
}
