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
  const groups = new Map<string | Obligation, Demand[]>()
  for (const demand of demands) {
    const key = demand.strictness?.group ?? demand.demanded.obligation
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [demand])
    else group.push(demand)
  }
  const obligations: DemandedObligation[] = []
  const conflicts: RuleRef[] = []
  for (const group of groups.values())
    if (isConflict(group)) conflicts.push(...group.map(({ demanded }) => demanded.source))
    else obligations.push(group.reduce(stricter).demanded)
  return { obligations, conflicts: [...new Set(conflicts)] }
}

function stricter(held: Demand, demand: Demand): Demand {
  const [rank = 0, other = 0] = [held.strictness?.rank, demand.strictness?.rank]
  return other > rank ? demand : held
}

/** They are not all the same, and no order decides between them. */
function isConflict([first, ...more]: readonly Demand[]): boolean {
  if (first === undefined || first.strictness?.rank !== undefined) return false
  return more.some(({ demanded }) => demanded.obligation !== first.demanded.obligation)
}
