import assert from 'node:assert/strict'
import type { JsonValue } from '../../src/kernel/json/value.ts'
import type { Obligation } from '../../src/kernel/obligations/obligation.ts'
import { permits } from '../../src/kernel/policy/decision.ts'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import type { Plan } from '../../src/kernel/policy/plan/plan.ts'
import { planPermits } from '../../src/kernel/policy/plan/plan.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import { REGISTRY } from '../policy-matrix/registry.ts'

/** Compares what is said of records without looking at them with what `decide` says of each. */
export interface Judge {
  readonly plan: Plan
  /** What `decide` says. */
  decide(data: JsonValue): { readonly permitted: boolean; readonly reason: string }
  /** What the plan says. */
  planned(data: JsonValue): boolean
  /** Fails when a record is granted that is not permitted; or, if `exact`, the other way round. */
  compare(data: JsonValue, granted: boolean, exact?: boolean): void
}

/** Nothing when the policies do not load. */
export function judged(files: readonly PolicyText[], request: PolicyRequest): Judge | undefined {
  const { set } = loadPolicies(files, REGISTRY)
  if (set === undefined) return undefined
  const plan = set.plan(request)
  const decisionOn = (data: JsonValue) =>
    set.decide({ ...request, attributes: { ...request.attributes, data } })
  const describe = (data: JsonValue) =>
    [...files.map(({ text }) => text), JSON.stringify({ request, data, plan }, null, 2)].join('\n')
  return {
    plan,
    decide: (data) => {
      const decision = decisionOn(data)
      return { permitted: permits(decision), reason: decision.reason }
    },
    planned: (data) => planPermits(plan, { data }),
    compare(data, granted, exact = plan.leftOut.length === 0) {
      const decision = decisionOn(data)
      const permitted = permits(decision)
      if (granted) assert.ok(permitted, `over-grant (${decision.reason})\n${describe(data)}`)
      else if (exact) assert.ok(!permitted, `under-grant\n${describe(data)}`)
      if (!permitted || !granted) return
      for (const { obligation } of decision.obligations)
        assert.ok(isPlanned(obligation, plan), `missing obligation\n${describe(data)}`)
    },
  }
}

/** The obligation itself, or a stricter one in place of it. */
function isPlanned(demanded: Obligation, { obligations }: Plan): boolean {
  return obligations.some(({ obligation }) => {
    if (JSON.stringify(obligation) === JSON.stringify(demanded)) return true
    if (obligation.kind === 'max_rows' && demanded.kind === 'max_rows')
      return obligation.rows < demanded.rows
    const levels = [obligation, demanded].map((it) => (it.kind === 'declared' ? it.value : ''))
    return levels.join() === 'high,low'
  })
}
