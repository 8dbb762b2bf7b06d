import { SumNames, type SumTable, sumName } from './sum-table.ts'

/** Operations that are counted by themselves for each principal; the others are counted as one. */
export const MAX_COUNTED_OPERATIONS = 1_000

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** One call that is asked for. */
export interface Call {
  readonly principal: string
  readonly operation: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** How often within the last minute, hour and day. */
export type CallsLast = {
  readonly calls_last_minute: number
  readonly calls_last_hour: number
  readonly calls_last_day: number
}

/**
 * Counts calls by principal, and by principal and operation. A call is pending from when it is
 * asked for until its decision is recorded; from then on it is counted for good, and in flight
 * until its outcome is recorded.
 */
export class CallCounts {
  readonly #sums: SumTable
  readonly #pending = new Map<string, number>()
  readonly #names = new SumNames('calls')
  readonly #inFlight = new Map<string, number>()
  #latest = { principal: '', operation: '', name: sumName('calls', '', '') }
  /** How many operations each principal has that are counted by themselves. */
  readonly #operations = new Map<string, number>()

  constructor(sums: SumTable) {
    this.#sums = sums
    for (const [kind, principal = '', operation] of sums.names()) {
      if (kind === 'calls' && operation !== undefined) bump(this.#operations, principal, 1)
    }
  }

  /** Counts a call until what is returned is called, once. */
  hold({ principal, operation }: Call): () => void {
    const names = [this.#names.of(principal), this.#nameOf(principal, operation)]
    for (const name of names) bump(this.#pending, name, 1)
    return () => {
      for (const name of names) bump(this.#pending, name, -1)
    }
  }

  /** The call was decided and its decision is recorded. */
  dispatched({ principal, operation, now }: Call): void {
    const name = this.#nameOf(principal, operation)
    if (!this.#sums.has(name)) bump(this.#operations, principal, 1)
    this.#sums.add(this.#names.of(principal), now, 1)
    this.#sums.add(name, now, 1)
    this.takeOff(principal)
  }

  /** One more in flight. */
  takeOff(principal: string): void {
    bump(this.#inFlight, principal, 1)
  }

  /** One fewer in flight. */
  land(principal: string): void {
    bump(this.#inFlight, principal, -1)
  }

  /** Calls of the principal to the operation within the last `windowMs`, with those pending. */
  ofOperation({ principal, operation, now }: Call, windowMs: number): number {
    return this.#over(this.#nameOf(principal, operation), now, windowMs)
  }

  /** Those of the principal to any operation, and to this one. */
  last({ principal, operation, now }: Call): CallsLast & { readonly operation: CallsLast } {
    const own = this.#last(this.#nameOf(principal, operation), now)
    return { ...this.#last(this.#names.of(principal), now), operation: own }
  }

  inFlight(principal: string): number {
    return (
      (this.#inFlight.get(principal) ?? 0) + (this.#pending.get(this.#names.of(principal)) ?? 0)
    )
  }

  #last(name: string, now: number): CallsLast {
    return {
      calls_last_minute: this.#over(name, now, MINUTE_MS),
      calls_last_hour: this.#over(name, now, HOUR_MS),
      calls_last_day: this.#over(name, now, DAY_MS),
    }
  }

  #over(name: string, now: number, windowMs: number): number {
    return this.#sums.over(name, now, windowMs) + (this.#pending.get(name) ?? 0)
  }

  /** An agent may choose the names of operations: it shall not choose how many are remembered. */
  #nameOf(principal: string, operation: string): string {
    const name = this.#plainName(principal, operation)
    if (this.#sums.has(name)) return name
    const full = (this.#operations.get(principal) ?? 0) >= MAX_COUNTED_OPERATIONS
    return full ? sumName('calls', principal, 'others', 'all') : name
  }

  /** The same is asked for several times for each call. */
  #plainName(principal: string, operation: string): string {
    const latest = this.#latest
    if (latest.principal === principal && latest.operation === operation) return latest.name
    const name = sumName('calls', principal, operation)
    this.#latest = { principal, operation, name }
    return name
  }
}

function bump(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by
  if (count > 0) counts.set(name, count)
  else counts.delete(name)
}
