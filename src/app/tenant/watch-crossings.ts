import type { AdminOperations } from '../../inbound/admin/admin-operations.ts'
import { codeOf, ERRORS } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { SessionsOf } from '../../pipeline/ports.ts'
import type { TenantParts } from './open-tenant.ts'

/**
 * What is named by ids that nobody can guess. Who presents such an id of another tenant has got it
 * from there. Names are no such ids: two tenants may well have an agent of one name, and an alert
 * would tell the one what the other has.
 */
type Kind = 'an approval' | 'a receipt' | 'a hold' | 'a session' | 'a token'

/** Finds the owner of an id among tenants. */
export interface Owners {
  readonly tenants: ReadonlyMap<Tenant, TenantParts>
  readonly sessions: readonly SessionsOf[]
  /** Who asks. */
  readonly by: EventBy
}

/**
 * The operations of one tenant, with an eye on ids of others: they are unknown like any that nobody
 * has, and raise an alert in the log of the tenant that presented them.
 */
export function watchCrossings(
  operations: AdminOperations,
  { tenant, ports }: Pick<TenantParts, 'tenant' | 'ports'>,
  owners: Owners,
): AdminOperations {
  const look = (kind: Kind, id: string, error: unknown) => {
    if (ERRORS[codeOf(error)].http !== 404 || !isForeign(kind, id, { tenant, ...owners })) return
    ports.crossings.note(kind, owners.by)
  }
  const watched = async <Answer>(kind: Kind, id: string, work: () => Promise<Answer>) => {
    try {
      return await work()
    } catch (error) {
      look(kind, id, error)
      throw error
    }
  }
  return {
    ...operations,
    showApproval(id) {
      try {
        return operations.showApproval(id)
      } catch (error) {
        look('an approval', id, error)
        throw error
      }
    },
    voteApproval: (id, ...vote) =>
      watched('an approval', id, () => operations.voteApproval(id, ...vote)),
    showPayloads: (id) => watched('a receipt', id, () => operations.showPayloads(id)),
    removeHold: (id, why) => watched('a hold', id, () => operations.removeHold(id, why)),
    revokeApiToken: (id) => watched('a token', id, () => operations.revokeApiToken(id)),
    endSession: (id, why) => watched('a session', id, () => operations.endSession(id, why)),
  }
}

function isForeign(
  kind: Kind,
  id: string,
  { tenant, tenants, sessions }: Omit<Owners, 'by'> & { readonly tenant: Tenant },
): boolean {
  return [...tenants].some(
    ([other, parts]) => other !== tenant && has(kind, id, { ...parts, sessions }),
  )
}

function has(kind: Kind, id: string, parts: TenantParts & Pick<Owners, 'sessions'>): boolean {
  const { tenant, approvals, privacy, reader, sessions } = parts
  switch (kind) {
    case 'an approval':
      return isThere(() => approvals.get(id))
    case 'a receipt':
      reader.refresh()
      return isThere(() => reader.of(tenant).receipt(id))
    case 'a hold':
      return privacy.holds.all.some((hold) => hold.id === id)
    case 'a session':
    case 'a token':
      return sessions.some((each) => each.list(tenant).some((session) => session.id === id))
  }
}

function isThere(find: () => unknown): boolean {
  try {
    find()
    return true
  } catch {
    // Not there, or not to be read: the answer is given already, and an alert more or less is all.
    return false
  }
}
