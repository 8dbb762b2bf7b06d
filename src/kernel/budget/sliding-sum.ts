/**
 * How much too high an answer may be, as a part of the true one. It is never too low. While a sum
 * holds no more than `2 / ERROR_BOUND` equal amounts, its answers are exact.
 */
export const ERROR_BOUND = 1 / 32

/** Points that are kept before the first thinning. */
const THIN_FROM = 128

/**
 * The sum of what was added within any last stretch of time, whatever its length, in memory that
 * grows with the logarithm of the total: an exponential histogram (Datar, Gionis, Indyk, Motwani,
 * SIAM J. Comput. 31(6), 2002), kept as points of the cumulative sum. Amounts are whole numbers.
 *
 * Every error is on the strict side, that of the clock too: what was added at a time that the clock
 * has since gone back behind counts as added now.
 */
export class SlidingSum {
  /** Times in ms since the epoch, ascending, and the sum of all that was added up to each. */
  readonly #times: number[]
  readonly #sums: number[]
  #thinAt = THIN_FROM

  constructor(points: readonly number[] = []) {
    this.#times = points.filter((_, index) => index % 2 === 0)
    this.#sums = points.filter((_, index) => index % 2 === 1)
    if (points.length % 2 !== 0 || !isAscending(this.#times) || !isAscending(this.#sums)) {
      throw new RangeError('no points of a sliding sum')
    }
  }

  /** Adds a whole amount that is not negative, at `now` in ms since the epoch. */
  add(now: number, amount: number): void {
    const total = this.#total + amount
    if (!Number.isSafeInteger(total) || amount < 0 || !Number.isFinite(now)) {
      throw new RangeError('a sliding sum takes whole amounts that are not negative')
    }
    while ((this.#times.at(-1) ?? Number.NEGATIVE_INFINITY) >= now) {
      this.#times.pop()
      this.#sums.pop()
    }
    this.#times.push(now)
    this.#sums.push(total)
    if (this.#times.length >= this.#thinAt) this.#thin()
  }

  /** What was added later than `windowMs` before `now`, or up to `ERROR_BOUND` more. */
  over(now: number, windowMs: number): number {
    return this.#total - (this.#sums[this.#firstAfter(now - windowMs) - 1] ?? 0)
  }

  /** Times and cumulative sums in turn, for the constructor. */
  points(): readonly number[] {
    return this.#times.flatMap((time, index) => [time, this.#sums[index] ?? 0])
  }

  get #total(): number {
    return this.#sums.at(-1) ?? 0
  }

  #firstAfter(time: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] ?? 0) > time) high = middle
      else low = middle + 1
    }
    return low
  }

  /**
   * Drops each point whose absence no answer shows by more than the bound: an answer that would
   * begin at it begins at the point before, and holds all that came after the next one anyway.
   */
  #thin(): void {
    const kept: number[] = []
    let next = this.#times.length - 1
    for (let at = next; at >= 0; at--) {
      const gap = (this.#sums[next] ?? 0) - (this.#sums[at - 1] ?? 0)
      const certain = this.#total - (this.#sums[next] ?? 0)
      if (at !== next && gap <= ERROR_BOUND * certain) continue
      kept.push(at)
      next = at
    }
    kept.reverse()
    this.#times.splice(0, this.#times.length, ...kept.map((at) => this.#times[at] ?? 0))
    this.#sums.splice(0, this.#sums.length, ...kept.map((at) => this.#sums[at] ?? 0))
    this.#thinAt = Math.max(THIN_FROM, 2 * kept.length)
  }
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every(
    (value, index) => Number.isFinite(value) && value >= (numbers[index - 1] ?? value),
  )
}
