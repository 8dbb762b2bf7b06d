import { PortcullisError } from '../../kernel/errors.ts'
import type { LinkProof } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { PasswordLogins } from '../../pipeline/logins.ts'
import type { Clock, LoggedIn } from '../../pipeline/ports.ts'
import type { StandingDesk } from '../identity/standing-desk.ts'
import { BUILT_IN, type IssuedSession } from '../parts.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { People } from './open-people.ts'

export interface PeopleDeskOptions {
  readonly people: People
  readonly logins: PasswordLogins
  readonly standing: StandingDesk
  readonly clock: Pick<Clock, 'now'>
  /** The log of a tenant. */
  readonly recorderOf: (tenant: Tenant) => EventPorts
}

/** An account of our own. */
export interface AccountOf {
  readonly tenant: Tenant
  readonly name: string
}

/** A session that has begun, with the token that is told this once. */
export interface Begun {
  readonly token: string
  readonly id: string
  readonly tenant: Tenant
  readonly member: string
  readonly mfaVerified: boolean
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** What is done about people, each with its receipt first, in the log of their tenant. */
export class PeopleDesk {
  readonly #options: PeopleDeskOptions

  constructor(options: PeopleDeskOptions) {
    this.#options = options
  }

  get people(): People {
    return this.#options.people
  }

  get logins(): PasswordLogins {
    return this.#options.logins
  }

  /** A proved person gets a session. @throws PortcullisError `LOGIN_REFUSED` for one revoked. */
  async begin(person: LoggedIn, from: { source: string; replaces?: string }): Promise<Begun> {
    const { people, standing } = this.#options
    const { tenant, id: member, via, mfaVerified } = person
    try {
      standing.checkPrincipal({ tenant, what: 'human', id: member })
    } catch (cause) {
      throw new PortcullisError('LOGIN_REFUSED', 'the person may not log in', { cause })
    }
    const issued = people.sessions.begin(person, from)
    const factor = mfaVerified ? ', with a second factor' : ''
    const detail = `by ${via}${factor}, session ${issued.session.id}`
    return this.#begun(tenant, issued, { detail, via, peer: from.source })
  }

  /** A second factor was proved: the session goes on under another token. */
  async elevate(token: string, peer: string): Promise<Begun> {
    const { people, clock } = this.#options
    const now = clock.now()
    const { tenant } = people.sessions.find(token, now)
    const issued = people.sessions.elevate(token, now)
    const detail = `by a second factor, session ${issued.session.id}`
    return this.#begun(tenant, issued, { detail, via: 'session', peer })
  }

  /** Ends sessions, and what is open by them. */
  async end(tenant: Tenant, which: { id: string } | { member: string }, ask: Ask): Promise<void> {
    const { people, standing } = this.#options
    const ended = people.sessions.end(tenant, which)
    await all(
      ended.map(({ id, ends: expires }) =>
        standing.end({ tenant, what: 'session', id, expires }, ask),
      ),
    )
  }

  /** @throws PortcullisError `API_TOKEN_UNKNOWN` */
  async revokeToken(tenant: Tenant, id: string, by: EventBy): Promise<void> {
    const { people, standing } = this.#options
    const { expires } = people.tokens.revoke(tenant, id)
    await standing.end({ tenant, what: 'credential', id, expires }, { by })
  }

  async addAccount({ tenant, name }: AccountOf, password: string, by: EventBy): Promise<void> {
    const { accounts, persons } = this.people
    const account = await accounts.prepare(tenant, name, password)
    await this.changed(tenant, `${name} is added`, by)
    if (!persons.claim(tenant, name, { connector: BUILT_IN, subject: account.handle })) {
      throw new PortcullisError('ACCOUNT_EXISTS', `\`${name}\` logs in elsewhere already`)
    }
    accounts.keep(tenant, account)
  }

  /** Sessions that began with the old password end with it. */
  async setPassword({ tenant, name }: AccountOf, password: string, by: EventBy): Promise<void> {
    const { accounts } = this.people
    accounts.get(tenant, name)
    const hash = await accounts.hashOf(name, password)
    await this.changed(tenant, `${name}: another password`, by)
    accounts.setHash(tenant, name, hash)
    this.logins.forget(tenant, name)
    await this.end(tenant, { member: name }, { by, reason: 'the password was changed' })
  }

  /** Who is disabled is so at once, whatever comes of the receipt; who is enabled, after it. */
  async setDisabled({ tenant, name }: AccountOf, disabled: boolean, by: EventBy): Promise<void> {
    const { accounts } = this.people
    accounts.get(tenant, name)
    if (!disabled) {
      await this.changed(tenant, `${name} is enabled`, by)
      accounts.setDisabled(tenant, name, false)
      return
    }
    accounts.setDisabled(tenant, name, true)
    const ended = this.#endAllOf(tenant, name, { by, reason: 'the account was disabled' })
    await all([ended, this.changed(tenant, `${name} is disabled`, by)])
  }

  async remove({ tenant, name }: AccountOf, by: EventBy): Promise<void> {
    this.people.accounts.remove(tenant, name)
    this.people.persons.release(tenant, name)
    const ended = this.#endAllOf(tenant, name, { by, reason: 'the account was removed' })
    await all([ended, this.changed(tenant, `${name} is removed`, by)])
  }

  /** Nobody is told of the token before there is a receipt of it. */
  async #begun(
    tenant: Tenant,
    { token, session }: IssuedSession,
    { detail, via, peer }: { detail: string; via: LinkProof; peer: string },
  ): Promise<Begun> {
    const { id, member, mfaVerified, ends: expires } = session
    const by: EventBy = {
      actor: [{ kind: 'human', id: member, via, session: id }],
      channel: { door: 'login', peer },
    }
    const event = { name: 'person.logged_in', detail } as const
    await recordEvent(this.#options.recorderOf(tenant), event, by)
    return { token, tenant, member, mfaVerified, id, expires }
  }

  async changed(tenant: Tenant, detail: string, by: EventBy): Promise<void> {
    await recordEvent(this.#options.recorderOf(tenant), { name: 'account.changed', detail }, by)
  }

  /** With the tokens of programs that act for the person. */
  async #endAllOf(tenant: Tenant, member: string, ask: Ask): Promise<void> {
    const { people, standing } = this.#options
    const revoked = people.tokens.revokeOf(tenant, member)
    await all([
      this.end(tenant, { member }, ask),
      ...revoked.map(({ id, expires }) =>
        standing.end({ tenant, what: 'credential', id, expires }, ask),
      ),
    ])
  }
}

/** Who asks, and why. */
interface Ask {
  readonly by: EventBy
  readonly reason: string
}

/** All of it is tried, and then the first failure told: one that fails keeps no other from it. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
