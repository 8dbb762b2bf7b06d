import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { ApprovalRequest, Binding } from '../../kernel/approvals/approval-request.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { ApprovalStore } from '../../pipeline/ports.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const APPROVALS_WAIT_MS = 5_000
/** Requests that are final are kept for looking back, so many of them. */
export const SETTLED_APPROVALS_KEPT = 10_000

/** `body` is the truth; the other columns are for finding it and for changing it only once. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS approval (
    tenant TEXT NOT NULL, id TEXT NOT NULL, ord INTEGER PRIMARY KEY, state TEXT NOT NULL,
    binding TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS approval_binding ON approval (tenant, binding, ord);
  CREATE INDEX IF NOT EXISTS approval_state ON approval (tenant, state, ord);
`

const OPEN = `state IN ('pending', 'granted')`

export interface ApprovalStoreOptions {
  /** Whose requests these are; those of another tenant are as good as not there. */
  readonly tenant: Tenant
  readonly settledKept?: number
}

/**
 * Requests for approval in SQLite, in a file that only its owner can read. What fails in it throws
 * `APPROVAL_UNAVAILABLE`.
 */
export function openApprovals(
  file: string,
  { tenant, settledKept = SETTLED_APPROVALS_KEPT }: ApprovalStoreOptions,
): ApprovalStore & { close(): void } {
  const db = coded(() => openDatabase(file))
  const one = db.prepare('SELECT body FROM approval WHERE tenant = ? AND id = ?')
  const bound = db.prepare(
    'SELECT body FROM approval WHERE tenant = ? AND binding = ? ORDER BY ord DESC LIMIT 1',
  )
  const open = db.prepare(`SELECT body FROM approval WHERE tenant = ? AND ${OPEN} ORDER BY ord`)
  const newest = db.prepare('SELECT body FROM approval WHERE tenant = ? ORDER BY ord DESC LIMIT ?')
  const insert = db.prepare(
    'INSERT INTO approval (tenant, id, state, binding, body) VALUES (?, ?, ?, ?, ?)',
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
    get: (id) => coded(() => parsed(one.get(tenant, id))),
    latest: (binding) => coded(() => parsed(bound.get(tenant, keyOf(binding)))),
    open: () => coded(() => open.all(tenant).map(bodyOf)),
    newest: (limit) => coded(() => newest.all(tenant, limit).map(bodyOf)),
    add(request) {
      coded(() => {
        db.exec('BEGIN IMMEDIATE')
        try {
          insert.run(tenant, request.id, request.state, keyOf(request.binding), textOf(request))
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
        change.run(after.state, textOf(after), tenant, before.id, textOf(before)),
      )
      return changed.changes === 1
    },
    close: () => db.close(),
  }
}

function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: APPROVALS_WAIT_MS })
  try {
    // `FULL`: what an approver was told, and what was spent, is on the disk.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function keyOf({ agent, action, version, approvals }: Binding): string {
  return JSON.stringify([agent, action, version, approvals])
}

function textOf(request: ApprovalRequest): string {
  return JSON.stringify(request)
}

function parsed(row: Record<string, SQLOutputValue> | undefined): ApprovalRequest | undefined {
  return row === undefined ? undefined : bodyOf(row)
}

/** Written by this file alone, in a file that only the runtime's user can write. */
function bodyOf(row: Record<string, SQLOutputValue>): ApprovalRequest {
  return JSON.parse(String(row.body))
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
