import type { ActorLink } from '../identity/principal.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { labelHolders, type RunLabels, type Taint, UNLABELLED } from './label.ts'

/** How long a run has a label, counted from the last call that gave it. */
export const DEFAULT_LABEL_WINDOW_MS = 24 * 3_600_000
/** Labels that one holder is remembered with; with more it counts as having every label. */
export const MAX_LABELS_PER_HOLDER = 64
/** Holders that are remembered; while there are more, those who are not have every label. */
export const MAX_LABEL_HOLDERS = 10_000

export interface LabelBounds {
  readonly windowMs: number
  readonly labelsPerHolder: number
  readonly holders: number
}

export const DEFAULT_LABEL_BOUNDS: LabelBounds = {
  windowMs: DEFAULT_LABEL_WINDOW_MS,
  labelsPerHolder: MAX_LABELS_PER_HOLDER,
  holders: MAX_LABEL_HOLDERS,
}

/** A call that gives labels from now on, whether or not it has come to an end. */
export interface LabellingCall {
  /** Id of the receipt of its decision. */
  readonly receipt: string
  readonly chain: readonly ActorLink[]
  readonly labels: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What one holder has been given. */
interface Given {
  /** By label, the last that gave it. */
  readonly settled: Map<string, { readonly receipt: string; readonly at: number }>
  /** Calls whose decision is about to be recorded. */
  readonly pending: Set<LabellingCall>
  /** Calls under way, by the receipt of their decision. */
  readonly open: Map<string, LabellingCall>
  /** Until when more labels were given than are remembered. */
  everyUntil: number
}

/**
 * Which labels the runs of each agent have: all that the receipts of a ledger say of it, and the
 * calls whose receipt is about to be written. A label counts from before its call is carried out,
 * so no other call can pass beside it; a call that reached nobody gives it back.
 */
export class LabelBook {
  readonly #bounds: LabelBounds
  readonly #holders = new Map<string, Given>()
  /** Until when there were more holders than are remembered. */
  #everyUntil = Number.NEGATIVE_INFINITY

  constructor(bounds: Partial<LabelBounds> = {}) {
    this.#bounds = { ...DEFAULT_LABEL_BOUNDS, ...bounds }
  }

  /** What policies may read of whoever acts in this chain. */
  of(chain: readonly ActorLink[], now: number): RunLabels {
    if (this.#holders.size === 0 && now >= this.#everyUntil) return UNLABELLED
    const taints = new Map<string, Taint>()
    let every = false
    for (const holder of labelHolders(chain)) {
      const given = this.#holders.get(holder)
      every ||= now < (given === undefined ? this.#everyUntil : given.everyUntil)
      for (const taint of given === undefined ? [] : this.#taints(given, now))
        taints.set(taint.label, taint)
    }
    if (taints.size === 0 && !every) return UNLABELLED
    const labels = [...taints.keys()].sort()
    return { labels: every ? [...labels, null] : labels, taints: [...taints.values()] }
  }

  /** Gives labels until what is returned is called: from then on the receipt gives them. */
  hold(call: LabellingCall): () => void {
    if (call.labels.length === 0) return () => undefined
    const holders = labelHolders(call.chain)
    for (const holder of holders) this.#given(holder, call.at)?.pending.add(call)
    return () => {
      for (const holder of holders) this.#holders.get(holder)?.pending.delete(call)
    }
  }

  /** Reads a receipt of the ledger; one that it has read already changes nothing. */
  apply({ id, ts, kind, actor: chain, effect, labels }: Receipt): void {
    const { state, of } = effect ?? {}
    if (kind === 'decision' && state === 'dispatched' && labels !== undefined)
      this.#begin({ receipt: id, chain, labels, at: ts })
    else if (kind === 'effect' && of !== undefined)
      this.#settle({ receipt: of, chain, at: ts }, labels)
  }

  /**
   * Takes every call that is open as ended with all that was held for it. For a book that was read
   * from receipts: a call whose runtime died has an outcome that says nothing of labels.
   */
  settleOpen(): void {
    for (const [holder, { open }] of this.#holders) {
      for (const { labels, ...call } of open.values())
        for (const label of labels) this.#give(holder, { label, ...call })
      open.clear()
    }
  }

  *#taints({ settled, pending, open }: Given, now: number): Iterable<Taint> {
    for (const [label, { receipt, at }] of settled)
      if (now < at + this.#bounds.windowMs) yield { label, receipt }
    for (const { receipt, labels } of [...pending, ...open.values()])
      for (const label of labels) yield { label, receipt }
  }

  #begin(call: LabellingCall): void {
    for (const holder of labelHolders(call.chain))
      this.#given(holder, call.at)?.open.set(call.receipt, call)
  }

  /** Without a word on its labels, as after a crash, a call gives all that were held for it. */
  #settle(end: Omit<LabellingCall, 'labels'>, labels: readonly string[] | undefined): void {
    for (const holder of labelHolders(end.chain)) {
      const given = this.#holders.get(holder)
      const held = given?.open.get(end.receipt)?.labels ?? []
      given?.open.delete(end.receipt)
      for (const label of labels ?? held) this.#give(holder, { label, ...end })
    }
  }

  #give(holder: string, { label, receipt, at }: Taint & { readonly at: number }): void {
    const given = this.#given(holder, at)
    if (given === undefined) return
    const { labelsPerHolder, windowMs } = this.#bounds
    const isFull = !given.settled.has(label) && given.settled.size >= labelsPerHolder
    if (isFull) given.everyUntil = Math.max(given.everyUntil, at + windowMs)
    else given.settled.set(label, { receipt, at })
  }

  /** The holder, remembered from now on; nothing where too many are remembered already. */
  #given(holder: string, now: number): Given | undefined {
    const known = this.#holders.get(holder)
    if (known !== undefined) return known
    const { holders, windowMs } = this.#bounds
    if (this.#holders.size >= holders) this.#forget(now)
    if (this.#holders.size >= holders) {
      this.#everyUntil = Math.max(this.#everyUntil, now + windowMs)
      return undefined
    }
    const everyUntil = Math.min(this.#everyUntil, now + windowMs)
    const given: Given = { settled: new Map(), pending: new Set(), open: new Map(), everyUntil }
    this.#holders.set(holder, given)
    return given
  }

  #forget(now: number): void {
    const isOver = ({ settled, pending, open, everyUntil }: Given) =>
      pending.size + open.size === 0 &&
      now >= everyUntil &&
      [...settled.values()].every(({ at }) => now >= at + this.#bounds.windowMs)
    for (const [holder, given] of this.#holders) if (isOver(given)) this.#holders.delete(holder)
  }
}
