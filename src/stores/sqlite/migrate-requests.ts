import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { REQUEST_SCHEMA_VERSION, REQUESTS_WAIT_MS, requestSchemaOf } from './request-file.ts'
import { openRequest, type RequestKeys, sealRequest } from './sealed-request.ts'

export interface RequestMigration {
  /** What sealed all requests in files of schema 1. */
  readonly oldKey: KeyObject
  readonly keys: RequestKeys
  /** Pseudonym in the receipt with this id; nothing where the receipt is gone. */
  pseudonymOf(receipt: string): string | undefined
}

/** What became of the requests in a file of before. */
export interface MigratedRequests {
  readonly kept: number
  /** Those whose subject or whose receipt is gone by now, and those that were altered. */
  readonly dropped: number
}

/**
 * Seals the requests of an older file with the keys of their subjects, all of them or none. Nothing
 * where there is no such file.
 */
export function migrateRequests(
  file: string,
  migration: RequestMigration,
): MigratedRequests | undefined {
  if (!existsSync(file)) return undefined
  const db = new DatabaseSync(file, { timeout: REQUESTS_WAIT_MS })
  try {
    db.exec('PRAGMA secure_delete = ON')
    if (requestSchemaOf(db) !== 1) return undefined
    db.exec('BEGIN IMMEDIATE')
    const migrated = sealAnew(db, migration)
    db.exec(`PRAGMA user_version = ${REQUEST_SCHEMA_VERSION}; COMMIT`)
    // What was sealed with the one key of before is left nowhere in the file or beside it.
    db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
    return migrated
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  } finally {
    db.close()
  }
}

function sealAnew(db: DatabaseSync, migration: RequestMigration): MigratedRequests {
  db.exec("ALTER TABLE request ADD COLUMN pseudonym TEXT NOT NULL DEFAULT ''")
  const change = db.prepare('UPDATE request SET sealed = ?, pseudonym = ? WHERE place = ?')
  const drop = db.prepare('DELETE FROM request WHERE place = ?')
  const one = db.prepare('SELECT receipt, at, sealed FROM request WHERE place = ?')
  const places = db.prepare('SELECT place FROM request ORDER BY place').all()
  let kept = 0
  for (const { place = null } of places) {
    const anew = sealedAnew(one.get(place) ?? {}, migration)
    if (anew === undefined) drop.run(place)
    else change.run(anew.sealed, anew.pseudonym, place)
    if (anew !== undefined) kept++
  }
  return { kept, dropped: places.length - kept }
}

function sealedAnew(
  row: Readonly<Record<string, unknown>>,
  { oldKey, keys, pseudonymOf }: RequestMigration,
): { readonly sealed: Uint8Array; readonly pseudonym: string } | undefined {
  const old = { receipt: String(row.receipt), at: Number(row.at) }
  const pseudonym = pseudonymOf(old.receipt)
  const key = pseudonym === undefined ? undefined : keys(pseudonym)
  if (pseudonym === undefined || key === undefined) return undefined
  try {
    const sealed = row.sealed instanceof Uint8Array ? row.sealed : new Uint8Array()
    const text = openRequest(oldKey, old, sealed)
    return { pseudonym, sealed: sealRequest(key, { ...old, pseudonym }, text) }
  } catch {
    // It was altered: nobody could have read it before either.
    return undefined
  }
}
