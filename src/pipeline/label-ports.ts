import type { ActorLink } from '../kernel/identity/principal.ts'
import type { RunLabels } from '../kernel/labels/label.ts'
import type { LabellingCall } from '../kernel/labels/label-book.ts'

/** Knows by their labels what the agents of a chain were handed. The kernel's `LabelBook`. */
export interface Labels {
  /** What policies may read of whoever acts in this chain. */
  of(chain: readonly ActorLink[], now: number): RunLabels
  /** Gives labels until what is returned is called: from then on the receipt gives them. */
  hold(call: LabellingCall): () => void
}
