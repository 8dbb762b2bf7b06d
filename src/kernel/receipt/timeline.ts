import type { Receipt } from './receipt.ts'
import { isUnmet } from './receipt-filter.ts'

/** A time without receipts that is worth a word, in milliseconds. */
export const TIMELINE_GAP_MS = 60_000

/** One thing that happened. The outcome of an action stands with its decision. */
export interface TimelineStep {
  readonly receipt: Receipt
  readonly outcome?: Receipt
  /** Milliseconds since the step before. */
  readonly afterMs: number
  readonly mark: StepMark
}

/** `open` was dispatched, and no outcome is recorded; `aside` only happened at the same time. */
export type StepMark = 'denied' | 'failed' | 'open' | 'aside' | 'plain'

/** What happened in a run, and in what belongs to it. */
export interface Timeline {
  readonly run: string
  /** That run and the others whose receipts are here. */
  readonly runs: readonly string[]
  /** Actor chains from the first link on: `ana → sales`. */
  readonly actors: readonly string[]
  /** Milliseconds since the epoch; nothing of a run without receipts. */
  readonly began?: number
  readonly ended?: number
  readonly counts: Readonly<Record<StepMark, number>>
  readonly steps: readonly TimelineStep[]
}

/** Puts receipts in order. `asides` are of no run of these, and only of the same time. */
export function timelineOf(
  run: string,
  receipts: readonly Receipt[],
  asides: readonly Receipt[] = [],
): Timeline {
  const outcomes = new Map<string, Receipt>()
  const decisions = new Set(receipts.map(({ id }) => id))
  for (const receipt of receipts) {
    const of = receipt.kind === 'effect' ? receipt.effect?.of : undefined
    if (of !== undefined && decisions.has(of)) outcomes.set(of, receipt)
  }
  const attached = new Set(outcomes.values())
  const own = receipts.filter((receipt) => !attached.has(receipt))
  const steps: TimelineStep[] = []
  let last: number | undefined
  for (const receipt of inOrder([...own, ...asides])) {
    const outcome = outcomes.get(receipt.id)
    const mark = asides.includes(receipt) ? 'aside' : markOf(receipt, outcome)
    const afterMs = last === undefined ? 0 : Math.max(0, receipt.ts - last)
    steps.push({ receipt, ...(outcome && { outcome }), afterMs, mark })
    last = Math.max(last ?? 0, outcome?.ts ?? receipt.ts)
  }
  const times = receipts.map(({ ts }) => ts)
  return {
    ...{ run, runs: distinct([run, ...receipts.map((receipt) => receipt.run)]) },
    actors: distinct(receipts.map(chainText)).filter((chain) => chain !== ''),
    ...(times.length > 0 && { began: lowest(times), ended: -lowest(times.map((ts) => -ts)) }),
    ...{ counts: countsOf(steps), steps },
  }
}

/** Who acts, from the first link to the last: `ana → sales`. */
export function chainText({ actor }: Receipt): string {
  return actor.map(({ id }) => id).join(' → ')
}

function markOf(receipt: Receipt, outcome: Receipt | undefined): StepMark {
  const { kind, decision, effect } = receipt
  const state = outcome?.effect?.state ?? effect?.state
  if (kind === 'refusal' || decision?.effect === 'deny' || isUnmet(receipt)) return 'denied'
  if (state === 'failed' || state === 'unknown') return 'failed'
  return kind === 'decision' && state === 'dispatched' ? 'open' : 'plain'
}

function inOrder(receipts: readonly Receipt[]): readonly Receipt[] {
  return receipts.toSorted((a, b) => a.ts - b.ts || a.seq - b.seq)
}

function countsOf(steps: readonly TimelineStep[]): Timeline['counts'] {
  const counts = { denied: 0, failed: 0, open: 0, aside: 0, plain: 0 }
  for (const { mark } of steps) counts[mark] += 1
  return counts
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

function lowest(times: readonly number[]): number {
  return times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
}
