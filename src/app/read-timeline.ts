import { PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import type { ReceiptKind } from '../kernel/receipt/events.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import { type Timeline, timelineOf } from '../kernel/receipt/timeline.ts'
import type { ReceiptLog } from '../stores/segments/read-ledger.ts'
import { type ReadOptions, reading } from './read-receipts.ts'

/** Most receipts of one timeline, and most runs that it follows. */
export const MAX_TIMELINE_RECEIPTS = 20_000
export const MAX_TIMELINE_RUNS = 100

/** What else may have to do with it: who changed the rules, and what was noticed. */
const ASIDE_KINDS: readonly ReceiptKind[] = ['alert', 'config', 'key']

export interface TimelineOptions extends ReadOptions {
  /** Also alerts and changes from so long before until so long after, in milliseconds. */
  readonly around?: number
}

/**
 * What happened in a run and in the runs that belong to it: those of decisions whose effects are in
 * it, of approvals that it asked for or used, and of the tokens that its agents came with.
 * @throws PortcullisError `LEDGER_RECEIPT_UNKNOWN` for a run without receipts.
 */
export function readTimeline(
  directory: string,
  run: string,
  { around, tenant = DEFAULT_TENANT, ...options }: TimelineOptions = {},
): Timeline {
  return reading(
    directory,
    (reader) => {
      const log = reader.of(tenant)
      const receipts = new Gathering(log).from(run)
      if (receipts.length === 0) {
        throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', `no receipts of the run \`${run}\``)
      }
      if (around === undefined) return timelineOf(run, receipts)
      const known = new Set(receipts.map(({ seq }) => seq))
      const asides = happenings(log, receipts, around).filter(({ seq }) => !known.has(seq))
      return timelineOf(run, receipts, asides)
    },
    options,
  )
}

function happenings(log: ReceiptLog, receipts: readonly Receipt[], around: number): Receipt[] {
  const times = receipts.map(({ ts }) => ts)
  const since = times.reduce((a, b) => Math.min(a, b)) - around
  const until = times.reduce((a, b) => Math.max(a, b)) + around
  return ASIDE_KINDS.flatMap((kind) => [
    ...log.receipts({ filter: { kind, since, until }, limit: MAX_TIMELINE_RECEIPTS }),
  ])
}

/** Follows what receipts name from one run to the next. */
class Gathering {
  readonly #log: ReceiptLog
  readonly #receipts = new Map<string, Receipt>()
  readonly #runs = new Set<string>()
  readonly #followed = new Set<string>()
  readonly #waiting: string[] = []

  constructor(log: ReceiptLog) {
    this.#log = log
  }

  from(run: string): readonly Receipt[] {
    this.#follow(run)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      for (const receipt of this.#find({ run: next })) this.#add(receipt)
    }
    return [...this.#receipts.values()]
  }

  #follow(run: string): void {
    // Events that belong to no run are all in one.
    if (run === '-' || this.#runs.has(run) || this.#runs.size >= MAX_TIMELINE_RUNS) return
    this.#runs.add(run)
    this.#waiting.push(run)
  }

  #add(receipt: Receipt): void {
    if (this.#receipts.has(receipt.id) || this.#receipts.size >= MAX_TIMELINE_RECEIPTS) return
    this.#receipts.set(receipt.id, receipt)
    this.#follow(receipt.run)
    const of = receipt.effect?.of
    if (of !== undefined && !this.#receipts.has(of)) this.#add(this.#log.receipt(of))
    const request = receipt.approval?.request
    if (request !== undefined && !this.#followed.has(request)) {
      this.#followed.add(request)
      for (const about of this.#find({ approval: request })) this.#add(about)
    }
    for (const { session } of receipt.actor) if (session !== undefined) this.#addToken(session)
  }

  /** The receipt by which the token of a link of the actor chain was issued. */
  #addToken(session: string): void {
    if (this.#followed.has(session)) return
    this.#followed.add(session)
    for (const event of ['agent.token_issued', 'approver.token_issued']) {
      for (const issued of this.#find({ event })) {
        const names = issued.event?.detail.split(' ').includes(session)
        if (names) this.#receipts.set(issued.id, issued)
      }
    }
  }

  #find(filter: { run: string } | { approval: string } | { event: string }): Iterable<Receipt> {
    return this.#log.receipts({ filter, limit: MAX_TIMELINE_RECEIPTS })
  }
}
