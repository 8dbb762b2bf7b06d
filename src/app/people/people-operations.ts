import type { ApiToken, User } from '../../contract/people.ts'
import type { PeopleOperations } from '../../inbound/admin/people-operations.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { KeptAccount, KeptApiToken } from '../../pipeline/ports.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { PeopleDesk } from './people-desk.ts'

interface Parts {
  readonly tenant: Tenant
  readonly desk: PeopleDesk
  readonly ports: EventPorts
  /** Who asks. */
  readonly by: EventBy
}

/** What operators may do about the people of one tenant, and its tokens. */
export function peopleOperations({ tenant, desk, ports, by }: Parts): PeopleOperations {
  const { accounts, tokens } = desk.people
  const user = (name: string) => userOf(accounts.get(tenant, name))
  const users = () => ({ users: accounts.list(tenant).map(userOf) })
  const list = () => ({ tokens: tokens.list(tenant).map(tokenOf) })
  return {
    users,
    async addUser({ name, password }) {
      await desk.addAccount({ tenant, name }, password, by)
      return user(name)
    },
    async setPassword(name, { password }) {
      await desk.setPassword({ tenant, name }, password, by)
      return user(name)
    },
    async enrolTotp(name) {
      accounts.get(tenant, name)
      await desk.changed(tenant, `${name}: an authenticator is being set up`, by)
      return { ...accounts.enrolTotp(tenant, name) }
    },
    async confirmTotp(name, { code }) {
      accounts.get(tenant, name)
      await desk.changed(tenant, `${name}: a code of another authenticator is shown`, by)
      return { recoveryCodes: [...accounts.confirmTotp(tenant, name, code)] }
    },
    async removeTotp(name) {
      accounts.get(tenant, name)
      await desk.changed(tenant, `${name}: no authenticator any more`, by)
      accounts.removeTotp(tenant, name)
      return user(name)
    },
    async setUserState(name, { disabled }) {
      await desk.setDisabled({ tenant, name }, disabled, by)
      return user(name)
    },
    async removeUser(name) {
      await desk.remove({ tenant, name }, by)
      return users()
    },
    apiTokens: list,
    async createApiToken({ ttlMs: lifeMs, roles = [], ...request }) {
      const life = lifeMs === undefined ? {} : { lifeMs }
      const prepared = tokens.prepare(tenant, { ...request, roles, ...life })
      const { token, kept } = prepared
      const { id, service, scopes, expires } = kept
      const detail = `${service} ${id} until ${iso(expires)} for ${scopes.join(' ')}`
      await recordEvent(ports, { name: 'api_token.created', detail }, by)
      tokens.keep(tenant, prepared)
      return { token, ...tokenOf(kept) }
    },
    async revokeApiToken(id) {
      await desk.revokeToken(tenant, id, by)
      return list()
    },
  }
}

function userOf({ name, disabled, totp, recovery, passkeys, created }: KeptAccount): User {
  return {
    ...{ name, disabled, totp: totp?.confirmed ?? false, recoveryCodes: recovery.length },
    ...{ passkeys: passkeys.length, created: iso(created) },
  }
}

function tokenOf({ id, service, member, scopes, roles, created, expires }: KeptApiToken): ApiToken {
  return {
    ...{ id, service, ...(member !== undefined && { member }) },
    ...{ scopes: [...scopes], roles: [...roles], created: iso(created), expires: iso(expires) },
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
