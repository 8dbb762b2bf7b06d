import type { AdminOperations } from '../../inbound/admin/admin-operations.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { adminSocket } from '../admin-socket.ts'
import type { Closing } from '../closing.ts'
import type { Parts } from '../compose.ts'
import { type Doors, operations } from '../operations.ts'
import { startAdminServer } from '../parts.ts'
import { recordAdminRefusal } from '../record-admin-refusal.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'
import { watchCrossings } from '../tenant/watch-crossings.ts'
import { type Caller, OPERATOR } from './caller.ts'
import { listenAdmin, type Served } from './listen-admin.ts'

/** What somebody may do with one tenant. */
export type OperationsFor = (its: TenantParts, caller?: Caller) => AdminOperations

/** The operations of each tenant, with an eye on ids of the others. */
export function watchedOperations({ tenants }: Parts, doors: Doors): OperationsFor {
  const sessions = [doors.sessions, doors.desk.people.open]
  return (its, caller = OPERATOR) => {
    const owners = { tenants, sessions, by: caller.by }
    return watchCrossings(operations(its, doors, caller), its, owners)
  }
}

/**
 * Opens the doors for operators: the local socket, and the one on the network where there is one,
 * whose address comes back. Whoever comes in meets the operations of its own tenant and no others.
 */
export async function administer(
  parts: Parts,
  operate: OperationsFor,
  opened: Closing,
): Promise<string | undefined> {
  const { shared, tenants, home, adminGate: gate } = parts
  const { installation, log, standing } = shared
  for (const its of tenants.values()) its.admin.serve((caller) => operate(its, caller))
  const partsOf = (identity: Identity | undefined) =>
    (identity === undefined ? undefined : tenants.get(identity.tenant)) ?? home
  const served: Served = {
    ...{ gate, log, standing },
    look: (asked, identity) => partsOf(identity).admin.look(asked, identity),
    watchOf: (identity) => operate(partsOf(identity)).watch,
    refused: (refusal) => recordAdminRefusal(refusal, partsOf(refusal.identity).ports),
  }
  const socketPath = adminSocket(installation)
  const socket = await startAdminServer({ ...served, socketPath, tenants: [...tenants.keys()] })
  opened.add(() => socket.close())
  const network = await listenAdmin(shared, served)
  if (network !== undefined) opened.add(() => network.close())
  return network?.address
}
