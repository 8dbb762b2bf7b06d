import { PortcullisError, unreachable } from '../errors.ts'
import type { RuleRef } from './decision.ts'
import type { Source } from './language/source.ts'
import type { OutsidePolicies, SettledRule } from './outside.ts'
import type { PolicyRequest } from './policy-request.ts'
import type { PolicySet } from './policy-set.ts'

/**
 * A set that only allows, and demands nothing, as rules that enter the decisions of another set
 * with their guards come out already. Its file is `source`. It must not read `args`.
 */
export function settledBy(set: PolicySet, source: Source, fingerprint: string): OutsidePolicies {
  const judge = (request: PolicyRequest) => settledRules(set, source, request)
  return { ruleCount: set.ruleCount, fingerprint, judge, foresee: judge }
}

function settledRules(
  set: PolicySet,
  source: Source,
  request: PolicyRequest,
): readonly SettledRule[] {
  const { effect, determining, nearMisses, errors } = set.decide(request)
  switch (effect) {
    case 'allow':
      return determining.map((ref) => settled(ref, source, 'true'))
    case 'deny':
      return nearMisses.map((ref) => {
        const failed = errors.some(({ line }) => line === ref.line)
        return settled(ref, source, failed ? 'error' : 'false')
      })
    case 'allow_with_conditions':
    case 'require_approval':
      throw new PortcullisError('INTERNAL', `${source.file} demands something`)
    default:
      return unreachable(effect)
  }
}

function settled(ref: RuleRef, source: Source, outcome: SettledRule['outcome']): SettledRule {
  const start = (source.lines[ref.line - 1] ?? 0) + ref.column - 1
  const at = { start, end: start + ref.text.trim().length }
  const demands = { source: ref, obligations: [], approvals: [] }
  return { ref: { ...ref, rule: 'allow' }, source, at, outcome, demands }
}
