import type { Tenant } from '../../kernel/identity/tenant.ts'
import { PasswordLogins } from '../../pipeline/logins.ts'
import type { AccountConnector } from '../../pipeline/ports.ts'
import type { Parts } from '../compose.ts'
import { PeopleDesk } from './people-desk.ts'

/** Where people are let in, once there is a gate that tells of those who are not. */
export function openPeopleDesk(
  { shared, gate }: Pick<Parts, 'shared' | 'gate'>,
  own: readonly AccountConnector[] = [],
): PeopleDesk {
  const { people, log, standing, clock, ids, alarm, ledgerOf, configs } = shared
  const { persons } = people
  const isKnown = (tenant: Tenant) => configs.has(tenant)
  const connectors = [...people.connectors, ...own.map((its) => within(isKnown, its))]
  const logins = new PasswordLogins({ connectors, persons, gate, clock, log, alarm })
  const recorderOf = (tenant: Tenant) => ({
    ...{ ledger: ledgerOf(tenant), clock, ids },
  })
  return new PeopleDesk({ people, logins, standing, clock, recorderOf })
}

/** Whoever logs in names the tenant: nobody vouches for people of one that there is not. */
function within(
  isKnown: (tenant: Tenant) => boolean,
  connector: AccountConnector,
): AccountConnector {
  return {
    name: connector.name,
    async password(claim) {
      return isKnown(claim.tenant) ? connector.password(claim) : { kind: 'unknown' }
    },
    pretend: async (claim) => connector.pretend?.(claim),
  }
}
