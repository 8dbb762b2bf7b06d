import type { ActorLink } from '../identity/principal.ts'
import type { CodeCount } from '../receipt/receipt.ts'

/** What holds within one window. */
export interface RefusalBounds {
  /** Refusals of one source that raise an alert. */
  readonly alertAfter: number
  /** Refusals of one unproved source that have receipts of their own. */
  readonly receiptsPerSource: number
  /** The same of all unproved sources together. */
  readonly receipts: number
}

export const DEFAULT_REFUSAL_BOUNDS: RefusalBounds = {
  alertAfter: 20,
  receiptsPerSource: 30,
  receipts: 300,
}

/** Unproved sources that are counted apart within a window; the others are counted as one. */
export const COUNTED_SOURCES_LIMIT = 64

/** Who is refused: a proved agent wherever it comes from, or an address at a door. */
export interface RefusalSource {
  /** Empty when nobody was proved. */
  readonly actor: readonly ActorLink[]
  readonly channel: { readonly door: string; readonly peer: string }
}

/** Refusals of one source, by code. */
export interface RefusalTally {
  readonly source: RefusalSource
  /** When the first of them was, in milliseconds since the epoch. */
  readonly since: number
  readonly count: number
  readonly codes: readonly CodeCount[]
}

export interface Noted {
  /** Whether it is to have a receipt of its own. One that is not is in the next `take`. */
  readonly recorded: boolean
  /** All refusals of the source in this window, when they have just become enough for an alert. */
  readonly alert?: RefusalTally
}

interface Counted {
  readonly source: RefusalSource
  readonly all: CodeCounts
  readonly unrecorded: CodeCounts
}

/**
 * Counts the refusals of one window after the other, exactly: every refusal is either recorded or
 * in a tally. What is kept is bounded, whoever sends whatever.
 */
export class RefusalCounts {
  readonly #bounds: RefusalBounds
  #sources = new Map<string, Counted>()
  #unproved = 0
  #receipts = 0

  constructor(bounds: Partial<RefusalBounds> = {}) {
    this.#bounds = { ...DEFAULT_REFUSAL_BOUNDS, ...bounds }
  }

  /** Whether nothing was counted since the last `take`. */
  get empty(): boolean {
    return this.#sources.size === 0
  }

  note(source: RefusalSource, code: string, now: number): Noted {
    const { alertAfter, receiptsPerSource, receipts } = this.#bounds
    const counted = this.#countedOf(source)
    const proved = source.actor.length > 0
    const own = counted.all.total - counted.unrecorded.total
    counted.all.add(code, 1, now)
    const recorded = proved || (own < receiptsPerSource && this.#receipts < receipts)
    if (!recorded) counted.unrecorded.add(code, 1, now)
    else if (!proved) this.#receipts += 1
    if (counted.all.total !== alertAfter) return { recorded }
    return { recorded, alert: counted.all.tally(counted.source) }
  }

  /** Ends the window: what has no receipt of its own, by source. */
  take(): readonly RefusalTally[] {
    const tallies = [...this.#sources.values()]
      .filter(({ unrecorded }) => unrecorded.total > 0)
      .map(({ source, unrecorded }) => unrecorded.tally(source))
    this.#sources = new Map()
    this.#unproved = 0
    this.#receipts = 0
    return tallies
  }

  /** Takes a tally back that could not be recorded. */
  putBack({ source, since, codes }: RefusalTally): void {
    const { unrecorded, all } = this.#countedOf(source)
    for (const { code, count } of codes) {
      unrecorded.add(code, count, since)
      all.add(code, count, since)
    }
  }

  #countedOf(source: RefusalSource): Counted {
    const known = this.#sources.get(keyOf(source))
    if (known !== undefined) return known
    if (source.actor.length > 0) return this.#begin(source)
    if (this.#unproved >= COUNTED_SOURCES_LIMIT) {
      return this.#sources.get(keyOf(OTHERS)) ?? this.#begin(OTHERS)
    }
    this.#unproved += 1
    return this.#begin(source)
  }

  #begin(source: RefusalSource): Counted {
    const counted = { source, all: new CodeCounts(), unrecorded: new CodeCounts() }
    this.#sources.set(keyOf(source), counted)
    return counted
  }
}

/** How many of each code. Codes are few: they are those of `ERRORS`. */
class CodeCounts {
  readonly #counts = new Map<string, number>()
  #since = Number.POSITIVE_INFINITY
  total = 0

  add(code: string, count: number, now: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + count)
    this.#since = Math.min(this.#since, now)
    this.total += count
  }

  tally(source: RefusalSource): RefusalTally {
    const codes = [...this.#counts].map(([code, count]) => ({ code, count }))
    return { source, since: this.#since, count: this.total, codes }
  }
}

const OTHERS: RefusalSource = { actor: [], channel: { door: 'any', peer: 'others' } }

function keyOf({ actor, channel: { door, peer } }: RefusalSource): string {
  const last = actor.at(-1)
  return last === undefined ? `at ${door} ${peer}` : `${last.kind} ${last.id}`
}

/** The source for people: `agent sales`, `mcp 192.0.2.7`. */
export function sourceText(source: RefusalSource): string {
  return keyOf(source).replace(/^at /, '')
}
