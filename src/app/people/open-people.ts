import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Clock, Directory, Ids, Members } from '../../pipeline/ports.ts'
import type { Closing } from '../closing.ts'
import type { Config } from '../config.ts'
import { accountsFile } from '../data-files.ts'
import type { ProofSource } from '../identities.ts'
import type { StandingDesk } from '../identity/standing-desk.ts'
import {
  accountStore,
  accountsKeyOf,
  apiTokenStore,
  apiTokens,
  BuiltInAccounts,
  type Keys,
  LdapAccounts,
  OidcLogins,
  openAccountsFile,
  Passkeys,
  peopleSessions,
  personBook,
  sessionStore,
} from '../parts.ts'

export interface PeopleParts {
  readonly keys: Keys
  readonly clock: Clock
  readonly ids: Ids
  readonly standing: StandingDesk
  readonly opened: Closing
  /** What is known of people, asked at every request. */
  readonly directory: Directory
}

/** People, their accounts and sessions, and the tokens of their programs. */
export type People = ReturnType<typeof openPeople>

/** @throws PortcullisError `ACCOUNTS_UNAVAILABLE` */
export function openPeople(config: Config, parts: PeopleParts) {
  const { identity, dataDir } = config
  const { keys, clock, ids, standing, directory, opened } = parts
  const db = openAccountsFile(accountsFile(dataDir))
  opened.add(() => db.close())
  const store = accountStore(db)
  const accounts = new BuiltInAccounts({ store, clock, key: accountsKeyOf(keys.digestKey) })
  const { sessionIdleMs: idleMs, sessionLifeMs: lifeMs } = identity
  const sessions = peopleSessions({
    ...{ store: sessionStore(db), clock, ids, idleMs, lifeMs },
    members: knownTo(directory),
    onEnd: (tenant, { id, ends }) => standing.over({ tenant, what: 'session', id, expires: ends }),
  })
  const tokens = apiTokens({ store: apiTokenStore(db), clock, ids })
  opened.add(
    standing.onEnd(({ tenant, what, id }) => {
      if (what === 'session' || what === 'credential') sessions.end(tenant, { id })
      if (what === 'credential') tokens.forget(tenant, id)
      if (what === 'human') sessions.end(tenant, { member: id })
    }),
  )
  const directories = Object.entries(identity.ldap).map(
    ([name, its]) => new LdapAccounts({ name, ...its }),
  )
  const providers = new Map(
    Object.entries(identity.oidc).map(([name, its]) => [
      name,
      new OidcLogins({ name, clock, ...its }),
    ]),
  )
  const passkeys = identity.passkeys && new Passkeys({ store, clock, ...identity.passkeys })
  return {
    ...{ accounts, sessions, tokens, providers, passkeys, persons: personBook(db) },
    connectors: [accounts, ...directories],
    sources: [opaque('pcs_', sessions), opaque('pct_', tokens)],
    open: { list: (tenant: Tenant) => openSessions({ sessions, tokens }, tenant) },
  }
}

/** Roles of the organisation, and attributes; those of a space are granted where it is known. */
function knownTo(directory: Directory): Members {
  return (tenant, id) => ({
    roles: directory.rolesOf(tenant, { kind: 'human', id }),
    attributes: directory.member(tenant, id)?.attributes ?? {},
  })
}

/** What looks like a session is judged as one, and by nobody else. */
function opaque(prefix: string, source: Pick<ProofSource, 'verify'>): ProofSource {
  return {
    fits: (credential) => credential.kind === 'bearer' && credential.token.startsWith(prefix),
    verify: (credential, now) => source.verify(credential, now),
  }
}

function openSessions({ sessions, tokens }: Pick<People, 'sessions' | 'tokens'>, tenant: Tenant) {
  const logins = sessions.list(tenant).map(({ id, member, begun, ends }) => ({
    ...{ id, what: 'session' as const, kind: 'login', opened: begun, expires: ends },
    principal: { kind: 'human' as const, id: member },
  }))
  const ofPrograms = tokens.list(tenant).map(({ id, service, created, expires }) => ({
    ...{ id, what: 'credential' as const, kind: 'api token', opened: created, expires },
    principal: { kind: 'service' as const, id: service },
  }))
  return [...logins, ...ofPrograms]
}
