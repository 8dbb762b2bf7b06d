import type { Obligation } from '../obligations/obligation.ts'
import type { DemandedObligation, RuleRef } from './decision.ts'
import type { Demand } from './evaluate/compiled.ts'

export interface Combined {
  readonly obligations: readonly DemandedObligation[]
  /** The requirements that set one obligation in ways that no order decides between. */
  readonly conflicts: readonly RuleRef[]
}

const NOTHING: Combined = { obligations: [], conflicts: [] }

/**
 * All that is demanded, each once. Of settings of one kind the strictest holds; where no order says
 * which that is, they have to be the same. Equal obligations are one object since they were
 * compiled.
 */
export function combine(demands: readonly Demand[]): Combined {
  const [first, ...more] = demands
  if (first === undefined) return NOTHING
  if (more.length === 0) return { obligations: [first.demanded], conflicts: [] }
  const held = new Map<string | Obligation, Demand>()
  const conflicts: RuleRef[] = []
  for (const demand of demands) {
    const key = demand.strictness?.group ?? demand.demanded.obligation
    const present = held.get(key)
    if (present === undefined || outranks(demand, present)) held.set(key, demand)
    else if (isConflict(demand, present))
      conflicts.push(present.demanded.source, demand.demanded.source)
  }
  const obligations = [...held.values()].map(({ demanded }) => demanded)
  return { obligations, conflicts: [...new Set(conflicts)] }
}

function outranks({ strictness: a }: Demand, { strictness: b }: Demand): boolean {
  return a?.rank !== undefined && b?.rank !== undefined && a.rank > b.rank
}

function isConflict(a: Demand, b: Demand): boolean {
  if (a.demanded.obligation === b.demanded.obligation) return false
  return a.strictness?.rank === undefined || b.strictness?.rank === undefined
}
