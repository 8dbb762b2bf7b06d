import type { Obligation } from '../../src/kernel/obligations/obligation.ts'
import type { Decision, RuleRef } from '../../src/kernel/policy/decision.ts'

const SOURCE: RuleRef = {
  policy: 'p',
  rule: 'require',
  file: 'policies/p.policy',
  line: 4,
  column: 3,
  text: '',
}

/** The decision under these obligations, in this order. */
export function demanding(decision: Decision, ...obligations: readonly Obligation[]): Decision {
  return {
    ...decision,
    effect: 'allow_with_conditions',
    obligations: obligations.map((obligation) => ({ obligation, source: SOURCE })),
  }
}
