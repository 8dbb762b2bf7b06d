import type { DatabaseSync } from 'node:sqlite'
import type { ApprovalRequest } from '../../kernel/approvals/approval-request.ts'
import { codeOf } from '../../kernel/errors.ts'
import type { SubjectSeal } from '../../pipeline/ports.ts'
import { bodyText, sealArguments } from './sealed-approval.ts'

/** Stands for whom nobody can name any more; no key has this name. */
const NOBODY = 'unknown'

export interface OldApprovals {
  readonly seal: SubjectSeal
  /** Whom a request is about, by the receipts of its run; nothing where they are gone. */
  pseudonymOf(request: Pick<ApprovalRequest, 'id' | 'run'>): string | undefined
}

/**
 * Seals the arguments of requests that were kept in clear, all of them or none. Those of somebody
 * who was erased, or whom no receipt names any more, go.
 */
export function sealOldApprovals(db: DatabaseSync, { seal, pseudonymOf }: OldApprovals): void {
  const columns = db.prepare("SELECT name FROM pragma_table_info('approval')").all()
  if (columns.some(({ name }) => name === 'sealed')) return
  db.exec('BEGIN IMMEDIATE; ALTER TABLE approval ADD COLUMN sealed BLOB')
  const change = db.prepare('UPDATE approval SET body = ?, sealed = ? WHERE ord = ?')
  for (const { ord = null, body } of db.prepare('SELECT ord, body FROM approval').all()) {
    const old: ApprovalRequest = JSON.parse(String(body))
    const subject = pseudonymOf(old) ?? NOBODY
    const request = { ...old, asked: { ...old.asked, in: { ...old.asked.in, subject } } }
    change.run(bodyText(request), sealedUnlessErased(request, seal), ord)
  }
  // What was there in clear is written over, in the file and beside it.
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
}

function sealedUnlessErased(request: ApprovalRequest, seal: SubjectSeal): Uint8Array {
  try {
    return sealArguments(request, seal)
  } catch (error) {
    if (codeOf(error) === 'PAYLOAD_ERASED') return new Uint8Array()
    throw error
  }
}
