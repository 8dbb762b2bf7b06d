import type { Erased } from '../../contract/privacy.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { type Hold, holdOnSubject, scopeText } from '../../kernel/privacy/hold.ts'
import type { Subject } from '../../kernel/privacy/subject.ts'
import {
  BY_OPERATOR,
  BY_RUNTIME,
  type EventBy,
  eventDraft,
} from '../../kernel/receipt/event-draft.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import type { Clock, Ids, Ledger } from '../../pipeline/ports.ts'
import type { BegunErasure } from '../../stores/payloads/data-keys.ts'
import type { OpenPayloads } from '../../stores/payloads/open-payloads.ts'

/** What the receipts on the disk say. */
export interface RecordedPast {
  /** How many receipts there are. */
  size(): number
  /** Receipts of the kind `erasure` from an index on. */
  erasures(from: number): readonly Receipt[]
  /** Receipts from an index on that say that a hold was added or removed, and others. */
  holds(from: number): readonly Receipt[]
  inRun(run: string): readonly Receipt[]
}

export interface ErasuresOptions {
  readonly tenant: string
  readonly store: OpenPayloads
  holds(): readonly Hold[]
  readonly past: RecordedPast
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: { warn(event: string, fields: { readonly pseudonym: string }): void }
}

/** Why an erasure is asked for, by whom, and whether only to see what it would do. */
export interface ErasureAsk {
  readonly reason?: string
  readonly dryRun?: boolean
  readonly by?: EventBy
}

/**
 * Destroys the keys of subjects. The key goes first, in one step with a note of that; then whatever
 * was made with it; last comes the receipt. A crash before the first step leaves everything, and
 * after it the rest is done at the next start.
 */
export class Erasures {
  readonly #options: ErasuresOptions
  readonly #listeners: ((pseudonym: string) => Promise<void>)[] = []

  constructor(options: ErasuresOptions) {
    this.#options = options
  }

  /**
   * Told once a key is gone, before the receipt says so: whoever has something of the subject lets
   * go of it. What is interrupted happens anew when erasures are settled at the next start.
   */
  onErased(listener: (pseudonym: string) => Promise<void>): void {
    this.#listeners.push(listener)
  }

  /**
   * Concludes what a crash interrupted. Keys that receipts say were destroyed are there again where
   * an older copy of the file was put back: they are destroyed again.
   */
  async settle(): Promise<void> {
    const { store, past, clock, ids, log } = this.#options
    const size = past.size()
    const recorded = past.erasures(store.keys.accounted)
    const receipts = new Set(recorded.map(({ id }) => id))
    for (const erasure of store.keys.begun()) {
      const recorded = receipts.has(erasure.receipt)
      // Whoever asked is not known any more: an operator did.
      await this.#conclude(erasure, { recorded, by: BY_OPERATOR })
    }
    for (const { id, event } of recorded) {
      const pseudonym = event?.subject
      if (pseudonym === undefined || store.keys.since(pseudonym) === undefined) continue
      log.warn('erasure.undone', { pseudonym })
      const reason = `an older copy of the data keys was put back; erased by ${id}`
      const again = { ...{ receipt: ids.next(), pseudonym, at: clock.now(), reason }, again: true }
      await this.#erase({ ...again, payloads: store.file.of(pseudonym).length })
    }
    store.keys.accounted = Math.max(size, store.keys.accounted)
  }

  /** @throws PortcullisError `HOLD_ACTIVE`, which has its receipt; `DATA_KEYS_*`, `LEDGER_*`. */
  async erase(
    subject: Subject,
    { reason = '', dryRun = false, by = BY_OPERATOR }: ErasureAsk,
  ): Promise<Erased> {
    const { store, clock, ids } = this.#options
    const pseudonym = store.keys.find(subject)?.pseudonym
    if (pseudonym === undefined) return { state: 'unknown', payloads: 0 }
    store.file.flush()
    const payloads = store.file.of(pseudonym).length
    await this.#refuseHeld(pseudonym, by)
    if (dryRun) return { state: 'erasable', pseudonym, payloads }
    const receipt = ids.next()
    const erasure = { receipt, pseudonym, at: clock.now(), reason, payloads, again: false }
    await this.#erase(erasure, by)
    return { state: 'erased', pseudonym, payloads, receipt }
  }

  async #erase(erasure: BegunErasure, by = BY_OPERATOR): Promise<void> {
    this.#options.store.keys.destroy(erasure)
    await this.#conclude(erasure, { recorded: false, by })
  }

  /** Each step may come twice. */
  async #conclude(
    erasure: BegunErasure,
    { recorded, by: asker }: { readonly recorded: boolean; readonly by: EventBy },
  ): Promise<void> {
    const { store, ledger } = this.#options
    const { receipt, pseudonym, at, reason, payloads, again } = erasure
    store.keys.scrub()
    store.file.erase(pseudonym)
    for (const listener of this.#listeners) await listener(pseudonym)
    if (!recorded) {
      const name = again ? 'subject.erased_again' : 'subject.erased'
      const event = { name, detail: reason, count: payloads, subject: pseudonym } as const
      const by = again ? BY_RUNTIME : asker
      await ledger.append(eventDraft(event, { id: receipt, ts: at, by }))
    }
    store.keys.concluded(receipt)
  }

  async #refuseHeld(pseudonym: string, by: EventBy): Promise<void> {
    const { tenant, store, past, ledger, clock, ids, holds } = this.#options
    const now = clock.now()
    const hold = holdOnSubject(holds(), {
      ...{ tenant, pseudonym, now, since: store.keys.since(pseudonym) ?? 0 },
      isIn: (run) =>
        store.file.of(pseudonym).some((kept) => kept.run === run) ||
        past.inRun(run).some((receipt) => names(receipt, pseudonym)),
    })
    if (hold === undefined) return
    const message = `hold \`${hold.id}\` stands: ${scopeText(hold.scope)}`
    const event = { name: 'erasure.refused', detail: message, subject: pseudonym } as const
    const place = { id: ids.next(), ts: now, by }
    await ledger.append({ ...eventDraft(event, place), code: 'HOLD_ACTIVE' })
    throw new PortcullisError('HOLD_ACTIVE', message)
  }
}

function names(receipt: Receipt, pseudonym: string): boolean {
  return receipt.in?.subject === pseudonym || receipt.out?.subject === pseudonym
}
