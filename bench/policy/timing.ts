import type { Loaded } from './engine.ts'

/** What deciding costs. Times in microseconds. */
export interface Timing {
  /** Of single decisions. */
  readonly p50: number
  readonly p99: number
  /** Decisions a second, one after the other, without a clock between them. */
  readonly rate: number
  /** Single decisions that were timed. */
  readonly samples: number
}

/** Time spent on each of warming up, single decisions and the rate. */
export interface Budget {
  readonly milliseconds: number
}

const MOST_SAMPLES = 200_000
/** Pairs of clock readings with nothing between them, from which the clock's own cost is read. */
const PAIRS = 20_000
/** Decisions between two looks at the clock while warming up or counting. */
const STRIDE = 64

/**
 * p50 and p99 are of single decisions, each between two readings of the clock, less the median cost
 * of two readings. The rate has no clock in it, so a mistake in that subtraction would show.
 */
export function timingOf(loaded: Loaded, requests: number, { milliseconds }: Budget): Timing {
  const run = new Run(loaded, requests)
  const slow = run.for(milliseconds).rate < 2_000
  const singles = run.singles(slow ? 2 * milliseconds : milliseconds)
  const { rate } = run.for(milliseconds, slow ? 1 : STRIDE)
  return { p50: at(singles, 0.5), p99: at(singles, 0.99), rate, samples: singles.length }
}

class Run {
  private readonly loaded: Loaded
  private readonly requests: number
  private next = 0
  /** Something that depends on every answer, so that none can be left out. */
  permitted = 0

  constructor(loaded: Loaded, requests: number) {
    this.loaded = loaded
    this.requests = requests
  }

  for(milliseconds: number, stride = 1): { readonly rate: number } {
    const begun = performance.now()
    let count = 0
    let elapsed = 0
    while (elapsed < milliseconds) {
      for (let i = 0; i < stride; i++) this.one()
      count += stride
      elapsed = performance.now() - begun
    }
    return { rate: (1_000 * count) / elapsed }
  }

  /** In memory that is there already: what grows between two readings would be timed too. */
  singles(milliseconds: number): Float64Array {
    const clock = clockCost()
    const times = new Float64Array(MOST_SAMPLES)
    const until = performance.now() + milliseconds
    let count = 0
    let to = 0
    while (count < MOST_SAMPLES && to < until) {
      const from = performance.now()
      this.one()
      to = performance.now()
      times[count++] = Math.max(0, to - from - clock) * 1_000
    }
    return times.slice(0, count).sort()
  }

  private one(): void {
    if (this.loaded.decide(this.next)) this.permitted++
    this.next = this.next + 1 === this.requests ? 0 : this.next + 1
  }
}

/** Median cost of two readings of the clock, in milliseconds. */
function clockCost(): number {
  const costs = Float64Array.from({ length: PAIRS }, () => {
    const from = performance.now()
    return performance.now() - from
  })
  return at(costs.sort(), 0.5)
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
