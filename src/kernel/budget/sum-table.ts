import { SlidingSum } from './sliding-sum.ts'

/** A sum and what it is kept as. */
export interface KeptSum {
  readonly name: string
  readonly points: readonly number[]
}

/** The name of a sum from what it is about: no two are the same. */
export function sumName(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/** Names with two parts that vary, made once: of things that the operator declares. */
export class SumNames {
  readonly #kind: string
  readonly #names = new Map<string, Map<string | undefined, string>>()

  constructor(kind: string) {
    this.#kind = kind
  }

  of(first: string, second?: string): string {
    const within = this.#names.get(first) ?? new Map<string | undefined, string>()
    const parts = second === undefined ? [first] : [first, second]
    const name = within.get(second) ?? sumName(this.#kind, ...parts)
    within.set(second, name)
    this.#names.set(first, within)
    return name
  }
}

/** Sliding sums by name, and which of them are not kept yet as they are. */
export class SumTable {
  readonly #sums = new Map<string, SlidingSum>()
  readonly #changed = new Set<string>()

  constructor(kept: Iterable<KeptSum>) {
    for (const { name, points } of kept) this.#sums.set(name, new SlidingSum(points))
  }

  has(name: string): boolean {
    return this.#sums.has(name)
  }

  /** All names, each as the parts it was made of. */
  *names(): Iterable<readonly string[]> {
    for (const name of this.#sums.keys()) yield JSON.parse(name) as readonly string[]
  }

  add(name: string, now: number, amount: number): void {
    const sum = this.#sums.get(name) ?? new SlidingSum()
    sum.add(now, amount)
    this.#sums.set(name, sum)
    this.#changed.add(name)
  }

  /** Zero for a name that is not known. */
  over(name: string, now: number, windowMs: number): number {
    return this.#sums.get(name)?.over(now, windowMs) ?? 0
  }

  /** Begins a sum again from nothing. */
  clear(name: string): void {
    this.#sums.set(name, new SlidingSum())
    this.#changed.add(name)
  }

  /** What has changed since the last `markKept`. */
  *changes(): Iterable<KeptSum> {
    for (const name of this.#changed) yield { name, points: this.#sums.get(name)?.points() ?? [] }
  }

  markKept(): void {
    this.#changed.clear()
  }
}
