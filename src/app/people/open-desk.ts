import { PasswordLogins } from '../../pipeline/logins.ts'
import type { AccountConnector } from '../../pipeline/ports.ts'
import type { Parts } from '../compose.ts'
import { PeopleDesk } from './people-desk.ts'

/** Where people are let in, once there is a gate that tells of those who are not. */
export function openPeopleDesk(
  { shared, gate }: Pick<Parts, 'shared' | 'gate'>,
  own: readonly AccountConnector[] = [],
): PeopleDesk {
  const { people, log, standing, clock, ids, alarm, ledgerOf } = shared
  const { persons } = people
  const connectors = [...people.connectors, ...own]
  const logins = new PasswordLogins({ connectors, persons, gate, clock, log, alarm })
  const recorderOf = (tenant: Parameters<typeof ledgerOf>[0]) => ({
    ...{ ledger: ledgerOf(tenant), clock, ids },
  })
  return new PeopleDesk({ people, logins, standing, clock, recorderOf })
}
