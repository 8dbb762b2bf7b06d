import type { Pruned } from '../../contract/privacy.ts'
import { type Hold, holdOn } from '../../kernel/privacy/hold.ts'
import { BY_RUNTIME, type EventBy, eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { Alarm, Clock, Ids, Ledger, Log } from '../../pipeline/ports.ts'
import type { OpenPayloads } from '../../stores/payloads/open-payloads.ts'
import type { OldReceipt, PruningPlan } from '../../stores/segments/plan-pruning.ts'
import type { RetentionConfig } from '../config.ts'
import type { RecordedPast } from './erasures.ts'

/** How often the retention is applied, in milliseconds. */
export const RETENTION_INTERVAL_MS = 86_400_000
/** How long after the start it is applied first: not while agents come back. */
export const FIRST_RETENTION_MS = 60_000

/** The bodies of receipts, where they can be taken out. */
export interface Bodies {
  plan(mayGo: (receipt: OldReceipt) => boolean): PruningPlan
  prune(plan: PruningPlan): Promise<void>
}

export interface RetentionOptions {
  readonly tenant: string
  readonly retention: RetentionConfig
  readonly store: OpenPayloads
  readonly bodies: Bodies
  holds(): readonly Hold[]
  readonly past: RecordedPast
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Log
  readonly alarm: Alarm
}

/** Deletes what is too old, unless it is held: kept payloads, and the bodies of receipts. */
export class Retention {
  readonly #options: RetentionOptions
  #stop: () => void = () => undefined
  #running: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  /** Once soon, then once a day. */
  start(): void {
    this.#again(FIRST_RETENTION_MS)
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    await this.#running.catch(() => undefined)
  }

  /** One at a time. Rejects `LEDGER_*` or `PAYLOAD_UNAVAILABLE`; the rest is done the next time. */
  apply({ dryRun = false, by = BY_RUNTIME } = {}): Promise<Pruned> {
    const next = this.#running.catch(() => undefined).then(() => this.#apply({ dryRun, by }))
    this.#running = next
    return next
  }

  async #apply({ dryRun, by }: { dryRun: boolean; by: EventBy }): Promise<Pruned> {
    const { store, bodies, past, clock, ids, ledger } = this.#options
    const now = clock.now()
    const { rows, plan, held } = this.#due(now)
    const [of] = plan.logs
    const leaves = { from: of?.from ?? 0, to: of?.to ?? 0 }
    const due = { payloads: rows.length, leaves, segments: plan.segments.length, held }
    if (dryRun || (rows.length === 0 && plan.segments.length === 0)) return due
    await this.#recallErasures(leaves, now)
    // First the receipt: a body that is missing is never missing without one.
    const receipt = ids.next()
    const detail = `${rows.length} kept payloads, ${leaves.to - leaves.from} bodies of receipts`
    const event = { name: 'retention.applied', detail, count: rows.length, leaves } as const
    await ledger.append(eventDraft(event, { id: receipt, ts: now, by }))
    // Receipts of erasures may go now too: this file has done what they say, and an older copy of
    // it is told by those that repeat them.
    store.keys.accounted = Math.max(store.keys.accounted, past.size())
    await store.file.delete(rows)
    await bodies.prune(plan)
    return { ...due, receipt }
  }

  /** Erasures of which every receipt goes now are recorded again. Subjects never come back. */
  async #recallErasures({ from, to }: Pruned['leaves'], now: number): Promise<void> {
    const { past, ledger, ids } = this.#options
    const forgotten = new Map<string, string>()
    for (const { id, seq, event } of to > from ? past.erasures(from) : []) {
      const subject = event?.subject
      if (subject === undefined) continue
      if (seq < to) forgotten.set(subject, id)
      else forgotten.delete(subject)
    }
    for (const [subject, id] of forgotten) {
      const event = { name: 'subject.stays_erased', detail: `erased by ${id}`, subject } as const
      await ledger.append(eventDraft(event, { id: ids.next(), ts: now, by: BY_RUNTIME }))
    }
  }

  #due(now: number) {
    const { tenant, retention, store, bodies } = this.#options
    const { payloadsMs = Number.POSITIVE_INFINITY, receiptsMs } = retention
    const holds = this.#options.holds()
    let held = false
    const isFree = (it: OldReceipt) => {
      // While a hold stands its receipt stays too: it says that it does.
      const isHold = it.adds !== undefined && holds.some(({ id }) => id === it.adds)
      const free = !isHold && holdOn(holds, it) === undefined
      held ||= !free
      return free
    }
    const rows = Number.isFinite(payloadsMs)
      ? [
          ...store.file.before(now - payloadsMs, ({ run, at, pseudonym }) =>
            isFree({ tenant, run, at, pseudonyms: [pseudonym] }),
          ),
        ]
      : []
    const plan =
      receiptsMs === undefined
        ? { logs: [], segments: [] }
        : bodies.plan((it) => it.tenant === tenant && it.at < now - receiptsMs && isFree(it))
    return { rows, plan, held }
  }

  #again(waitMs: number): void {
    this.#stop = this.#options.alarm.after(waitMs, () => {
      void this.apply()
        .catch((error: Error) => {
          this.#options.log.error('retention.failed', { reason: error.message })
        })
        .then(() => {
          if (!this.#closed) this.#again(RETENTION_INTERVAL_MS)
        })
    })
  }
}
