import type { RunLabels, Taint } from '../../kernel/labels/label.ts'
import { type Decision, permits } from '../../kernel/policy/decision.ts'

/** Taints that one receipt lists; a receipt has a size limit of its own. */
export const RECORDED_TAINTS_LIMIT = 16

/**
 * What the result of a decided action gives to the run: all that may come of it, or, once the
 * result is there, what came of one in which instructions to the agent were found, or were not.
 */
export function givenLabels({ obligations }: Decision, marked = true): readonly string[] {
  const labels = obligations.flatMap(({ obligation }) => {
    const given = obligation.kind === 'label' && (marked || !obligation.marked)
    return given ? obligation.labels : []
  })
  return labels.length === 0 ? labels : [...new Set(labels)].sort()
}

/** The taints that a refusal, or a demand for approval, is about: some rule of it reads them. */
export function taintsBehind(decision: Decision, { taints }: RunLabels): readonly Taint[] {
  if (taints.length === 0 || permits(decision)) return []
  const { determining, nearMisses, approvals } = decision
  const rules = [...determining, ...nearMisses, ...approvals.map(({ source }) => source)]
  if (!rules.some(({ readsRun }) => readsRun === true)) return []
  return taints.slice(0, RECORDED_TAINTS_LIMIT)
}
