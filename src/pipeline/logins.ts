import { codeOf, PortcullisError } from '../kernel/errors.ts'
import {
  AttemptCounts,
  PRINCIPAL_BOUNDS,
  SOURCE_BOUNDS,
  sourceKey,
} from '../kernel/identity/attempt-limits.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type {
  AccountConnector,
  Alarm,
  Channel,
  Clock,
  ConnectorAnswer,
  Gate,
  Log,
  LoggedIn,
  Logins,
  PasswordLogin,
  PersonBook,
  ProvedAccount,
} from './ports.ts'

/**
 * A login that fails is answered a whole multiple of so many milliseconds after it came: what it
 * failed by cannot be told from the time.
 */
export const REFUSAL_GRAIN_MS = 500
/** How long one connector may take, in milliseconds. */
export const CONNECTOR_WAIT_MS = 10_000
/** Logins under way at once. */
export const LOGINS_LIMIT = 64
/** Characters of a name, a password and a code. What is longer is refused like what is wrong. */
export const LOGIN_TEXT_LIMIT = 256

export interface LoginsOptions {
  /** In the order in which they are asked. */
  readonly connectors: readonly AccountConnector[]
  readonly persons: PersonBook
  readonly gate: Pick<Gate, 'refuse' | 'note'>
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
  readonly alarm: Alarm
  readonly log: Log
  readonly sources?: AttemptCounts
  readonly principals?: AttemptCounts
}

/**
 * The one way in for people with a password. Each try counts as failed until it has succeeded, so
 * that a thousand at once are a thousand tries. A name that has to wait is answered like a wrong
 * password, whether there is such an account or not; nobody learns of the lock but the operator.
 */
export class PasswordLogins implements Logins {
  readonly #options: LoginsOptions
  readonly #sources: AttemptCounts
  readonly #principals: AttemptCounts
  #underWay = 0

  constructor(options: LoginsOptions) {
    this.#options = options
    this.#sources = options.sources ?? new AttemptCounts(SOURCE_BOUNDS)
    this.#principals = options.principals ?? new AttemptCounts(PRINCIPAL_BOUNDS)
  }

  async password(login: PasswordLogin): Promise<LoggedIn> {
    const claim = { ...login, name: login.name.normalize('NFKC') }
    // An empty password is an anonymous bind to many directories, which succeeds (RFC 4513 5.1.2).
    const isReadable = claim.name !== '' && claim.password !== '' && isShort(claim)
    return this.attempt(claim, () => (isReadable ? this.#ask(claim) : this.#pretend(claim)))
  }

  /**
   * Any proof that can be guessed: what `prove` resolves to, or the one refusal, where that is
   * nothing or the name has to wait. Then `prove` is not called at all.
   */
  async attempt<Proof>(
    who: Pick<PasswordLogin, 'tenant' | 'name' | 'source'>,
    prove: () => Promise<Proof | undefined>,
  ): Promise<Proof> {
    const began = this.#options.clock.elapsed()
    if (this.#underWay >= LOGINS_LIMIT) throw busy()
    this.#underWay += 1
    try {
      const proof = await this.#limited(who, prove)
      if (proof !== undefined) return proof
    } finally {
      this.#underWay -= 1
    }
    await this.#options.gate.refuse('LOGIN_REFUSED', channelOf(who.source))
    await this.#untilGrain(began)
    throw new PortcullisError('LOGIN_REFUSED', 'the login was not accepted')
  }

  /** The failures of a name are forgotten: its owner was helped. */
  forget(tenant: Tenant, name: string): void {
    this.#principals.succeeded(keyOf({ tenant, name }))
  }

  async #limited<Proof>(
    who: Pick<PasswordLogin, 'tenant' | 'name' | 'source'>,
    prove: () => Promise<Proof | undefined>,
  ): Promise<Proof | undefined> {
    const { clock, gate } = this.#options
    const now = clock.now()
    const source = sourceKey(who.source)
    if (this.#sources.waitOf(source, now) > 0) {
      await gate.refuse('AUTHENTICATION_THROTTLED', channelOf(who.source))
      throw new PortcullisError('AUTHENTICATION_THROTTLED', 'the address has to wait')
    }
    const principal = keyOf(who)
    const mustWait = this.#principals.waitOf(principal, now) > 0
    await this.#count(who.source, [source, principal], { now, mustWait })
    if (mustWait) return this.#pretend(who)
    const proof = await prove()
    if (proof === undefined) return undefined
    this.#sources.forgive(source)
    this.#principals.succeeded(principal)
    return proof
  }

  async #count(
    peer: string,
    [source, principal]: readonly [string, string],
    { now, mustWait }: { readonly now: number; readonly mustWait: boolean },
  ): Promise<void> {
    const bySource = this.#sources.failed(source, now)
    // While it waits nothing is added: else whoever keeps trying would keep the owner out for ever.
    const byName = mustWait ? undefined : this.#principals.failed(principal, now)
    const alerts = [
      bySource.begins && `${bySource.failures} logins from one address`,
      byName?.begins && `${byName.failures} logins of ${principal}`,
    ]
    for (const detail of alerts) {
      if (typeof detail !== 'string') continue
      const event = { name: 'authentication.throttled', detail } as const
      await this.#options.gate.note(event, channelOf(peer))
    }
  }

  /** The first connector that knows the name has the say: no two may vouch for one name. */
  async #ask({ source: _source, ...claim }: PasswordLogin): Promise<LoggedIn | undefined> {
    for (const connector of this.#options.connectors) {
      const answer = await this.#bounded(connector, connector.password(claim))
      if (answer === undefined || answer.kind === 'refused') return undefined
      if (answer.kind === 'proved') return this.#personOf(connector, claim, answer.account)
    }
    return undefined
  }

  #personOf(
    { name: connector }: AccountConnector,
    { tenant }: Pick<PasswordLogin, 'tenant'>,
    { subject, ...account }: ProvedAccount,
  ): LoggedIn | undefined {
    const { persons, log } = this.#options
    if (persons.claim(tenant, account.id, { connector, subject })) return { tenant, ...account }
    log.warn('login.id_taken', { tenant, id: account.id, connector })
    return undefined
  }

  /** Takes as long as the first connector takes to refuse. */
  async #pretend({ tenant, name }: Pick<PasswordLogin, 'tenant' | 'name'>): Promise<undefined> {
    for (const connector of this.#options.connectors) await connector.pretend?.({ tenant, name })
  }

  async #bounded(
    connector: AccountConnector,
    asked: Promise<ConnectorAnswer>,
  ): Promise<ConnectorAnswer | undefined> {
    let stop: (() => void) | undefined
    const late = new Promise<undefined>((resolve) => {
      stop = this.#options.alarm.after(CONNECTOR_WAIT_MS, () => resolve(undefined))
    })
    try {
      const answer = await Promise.race([asked, late])
      if (answer === undefined) throw new Error('no answer in time')
      return answer
    } catch (error) {
      if (codeOf(error) === 'LOGIN_BUSY') throw error
      const reason = error instanceof Error ? error.message : 'thrown'
      this.#options.log.error('login.connector_failed', { connector: connector.name, reason })
      return undefined
    } finally {
      stop?.()
    }
  }

  #untilGrain(began: number): Promise<void> {
    const { clock, alarm } = this.#options
    const passed = clock.elapsed() - began
    const waitMs = REFUSAL_GRAIN_MS - (passed % REFUSAL_GRAIN_MS)
    return new Promise((resolve) => void alarm.after(waitMs, resolve))
  }
}

function isShort({ name, password, code = '' }: PasswordLogin): boolean {
  return [name, password, code].every(({ length }) => length <= LOGIN_TEXT_LIMIT)
}

function keyOf({ tenant, name }: Pick<PasswordLogin, 'tenant' | 'name'>): string {
  return `${tenant}/${name.slice(0, LOGIN_TEXT_LIMIT).toLowerCase()}`
}

function channelOf(source: string): Channel {
  return { door: 'login', peer: source, run: '-' }
}

function busy(): PortcullisError {
  return new PortcullisError('LOGIN_BUSY', `${LOGINS_LIMIT} logins are under way`)
}
