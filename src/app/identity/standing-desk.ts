import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import {
  type EndOf,
  type PrincipalStanding,
  StandingBook,
  type StandingRecord,
} from '../../kernel/identity/standing.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { EventName } from '../../kernel/receipt/events.ts'
import type { Ledger, Log, Standing } from '../../pipeline/ports.ts'
import type { StandingFile } from '../../stores/standing/standing-file.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'

export interface StandingDeskOptions {
  readonly file: StandingFile
  readonly ports: Pick<EventPorts, 'clock' | 'ids'>
  /** The log of a tenant, where its changes stand. */
  readonly ledgerOf: (tenant: Tenant) => Ledger
  readonly log: Log
}

/** Who asks for a change of standing, and why. */
export interface StandingAsk {
  readonly by: EventBy
  readonly reason?: string | undefined
}

type Who = EndOf & { readonly what: 'agent' | 'human' }
type Which = EndOf & { readonly what: 'session' | 'credential'; readonly expires?: number }

/**
 * Where it is kept that what was proved no longer holds. What takes something away is in force at
 * once, in memory, before it is durable and receipted: whatever fails then is told, and the change
 * stands until the runtime stops. What gives something back is durable and receipted first.
 */
export class StandingDesk implements Standing {
  readonly #options: StandingDeskOptions
  readonly #book = new StandingBook()
  readonly #listeners = new Set<(end: EndOf) => void>()

  /** @throws PortcullisError `STANDING_UNAVAILABLE`. */
  constructor(options: StandingDeskOptions) {
    this.#options = options
    const { file, ports } = options
    for (const record of file.load(ports.clock.now())) this.#book.put(record)
  }

  check(identity: Identity): void {
    const fault = this.#book.faultOf(identity)
    if (fault !== undefined) throw new PortcullisError(fault.code, fault.message)
  }

  /** The same of a principal that proves nothing now: may it be given what it could act by? */
  checkPrincipal({ tenant, what, id }: Who): void {
    const link = { kind: what, id, via: 'runtime' } as const
    const issued = this.#options.ports.clock.now()
    const credential = { id: '', issued }
    this.check({ tenant, principal: { kind: what, id, roles: [] }, chain: [link], credential })
  }

  onEnd(listener: (end: EndOf) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  standing(tenant: Tenant, what: 'agent' | 'human', id: string): PrincipalStanding {
    return this.#book.standing(tenant, what, id)
  }

  /** Until it is resumed it may do nothing; what it has is not touched. */
  async suspend(who: Who, ask: StandingAsk): Promise<PrincipalStanding> {
    const before = this.#standing(who)
    if (before.state === 'revoked') return before
    const standing: PrincipalStanding = { ...before, state: 'suspended' }
    await this.#takeAway({ ...who, standing }, `${who.what}.suspended`, ask)
    return standing
  }

  /** All that it proves itself with until now is void for good. */
  async revoke(who: Who, ask: StandingAsk): Promise<PrincipalStanding> {
    const voidUntil = this.#options.ports.clock.now()
    const standing: PrincipalStanding = { state: 'revoked', voidUntil }
    await this.#takeAway({ ...who, standing }, `${who.what}.revoked`, ask)
    return standing
  }

  /** It may act again; after a revocation only by what is issued to it from now on. */
  async resume(who: Who, ask: StandingAsk): Promise<PrincipalStanding> {
    const { voidUntil } = this.#standing(who)
    const standing: PrincipalStanding = {
      ...{ state: 'active', ...(voidUntil !== undefined && { voidUntil }) },
    }
    await this.#record(who, `${who.what}.resumed`, ask)
    const record = { ...who, standing }
    this.#options.file.put(record)
    this.#book.put(record)
    return standing
  }

  /** One session or credential is over, for good. */
  async end(which: Which, ask: StandingAsk): Promise<void> {
    await this.#takeAway(which, `${which.what}.revoked`, ask)
  }

  /** One session is over by itself: what hangs on it ends, and there is nothing to be kept. */
  over({ tenant, what, id }: Which): void {
    this.#announce({ tenant, what, id })
  }

  #standing({ tenant, what, id }: Who): PrincipalStanding {
    return this.#book.standing(tenant, what, id)
  }

  async #takeAway(record: StandingRecord, name: EventName, ask: StandingAsk): Promise<void> {
    this.#book.put(record)
    this.#announce(record)
    this.#options.file.put(record)
    await this.#record(record, name, ask)
  }

  async #record(end: EndOf, name: EventName, { by, reason }: StandingAsk): Promise<void> {
    const { ports, ledgerOf } = this.#options
    const detail = reason === undefined ? end.id : `${end.id}: ${reason}`
    await recordEvent({ ...ports, ledger: ledgerOf(end.tenant) }, { name, detail }, by)
  }

  /** One that fails to end what it holds keeps no other from ending it. */
  #announce({ tenant, what, id }: EndOf): void {
    for (const listener of this.#listeners) {
      try {
        listener({ tenant, what, id })
      } catch (error) {
        this.#options.log.error('standing.end.failed', { what, id, reason: String(error) })
      }
    }
  }
}
