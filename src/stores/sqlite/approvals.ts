import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Binding } from '../../kernel/approvals/approval-request.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { ApprovalStore } from '../../pipeline/ports.ts'
import { type OldApprovals, sealOldApprovals } from './seal-old-approvals.ts'
import { bodyText, requestOf, sealArguments } from './sealed-approval.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const APPROVALS_WAIT_MS = 5_000
/** Requests that are final are kept for looking back, so many of them. */
export const SETTLED_APPROVALS_KEPT = 10_000

/**
 * `body` is the truth, but for the arguments, which are `sealed`; the other columns are for finding
 * it and for changing it only once.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS approval (
    tenant TEXT NOT NULL, id TEXT NOT NULL, ord INTEGER PRIMARY KEY, state TEXT NOT NULL,
    binding TEXT NOT NULL, body TEXT NOT NULL, sealed BLOB, UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS approval_binding ON approval (tenant, binding, ord);
  CREATE INDEX IF NOT EXISTS approval_state ON approval (tenant, state, ord);
`

const FIND = 'SELECT body, sealed FROM approval WHERE tenant = ?'
const OPEN = `state IN ('pending', 'granted')`

export interface ApprovalStoreOptions extends OldApprovals {
  /** Whose requests these are; those of another tenant are as good as not there. */
  readonly tenant: Tenant
  readonly settledKept?: number
}

/**
 * Requests for approval in SQLite, in a file that only its owner can read, the arguments sealed
 * with the keys of their subjects. What fails in it throws `APPROVAL_UNAVAILABLE`.
 */
export function openApprovals(
  file: string,
  { tenant, settledKept = SETTLED_APPROVALS_KEPT, ...sealing }: ApprovalStoreOptions,
): ApprovalStore & { close(): void } {
  const db = coded(() => openDatabase(file, sealing))
  const { seal } = sealing
  const found = (row: Row | undefined) => row && requestOf(row, seal)
  const all = (rows: readonly Row[]) => rows.map((row) => requestOf(row, seal))
  const one = db.prepare(`${FIND} AND id = ?`)
  const bound = db.prepare(`${FIND} AND binding = ? ORDER BY ord DESC LIMIT 1`)
  const open = db.prepare(`${FIND} AND ${OPEN} ORDER BY ord`)
  const newest = db.prepare(`${FIND} ORDER BY ord DESC LIMIT ?`)
  const insert = db.prepare(
    'INSERT INTO approval (tenant, id, state, binding, body, sealed) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const change = db.prepare(
    'UPDATE approval SET state = ?, body = ? WHERE tenant = ? AND id = ? AND body = ?',
  )
  const forget = db.prepare(
    `DELETE FROM approval WHERE tenant = ? AND NOT (${OPEN}) AND ord <= (
      SELECT ord FROM approval WHERE tenant = ? AND NOT (${OPEN})
      ORDER BY ord DESC LIMIT 1 OFFSET ?)`,
  )
  return {
    get: (id) => coded(() => found(one.get(tenant, id))),
    latest: (binding) => coded(() => found(bound.get(tenant, keyOf(binding)))),
    open: () => coded(() => all(open.all(tenant))),
    newest: (limit) => coded(() => all(newest.all(tenant, limit))),
    add(request) {
      coded(() => {
        const { id, state, binding } = request
        const sealed = sealArguments(request, seal)
        db.exec('BEGIN IMMEDIATE')
        try {
          insert.run(tenant, id, state, keyOf(binding), bodyText(request), sealed)
          forget.run(tenant, tenant, settledKept)
          db.exec('COMMIT')
        } catch (error) {
          if (db.isTransaction) db.exec('ROLLBACK')
          throw error
        }
      })
    },
    replace(before, after) {
      const changed = coded(() =>
        change.run(after.state, bodyText(after), tenant, before.id, bodyText(before)),
      )
      return changed.changes === 1
    },
    close: () => db.close(),
  }
}

type Row = Record<string, SQLOutputValue>

function openDatabase(file: string, old: OldApprovals): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: APPROVALS_WAIT_MS })
  try {
    // `FULL`: what an approver was told, and what was spent, is on the disk.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    db.exec(SCHEMA)
    sealOldApprovals(db, old)
    return db
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    db.close()
    throw error
  }
}

function keyOf({ agent, action, version, approvals }: Binding): string {
  return JSON.stringify([agent, action, version, approvals])
}

function coded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new PortcullisError('APPROVAL_UNAVAILABLE', 'requests for approval cannot be kept', {
      cause,
    })
  }
}
