import { unreachable } from '../errors.ts'
import { Orders } from './check/orders.ts'
import type { Candidates } from './evaluate/candidates.ts'
import type { Clause, CompiledRequirement, CompiledRule } from './evaluate/compiled.ts'
import type { Condition } from './evaluate/scope.ts'
import { fail } from './evaluate/scope.ts'
import { ANY, ERROR, FALSE, TRUE } from './evaluate/truth.ts'
import type { RuleExplanation } from './explain.ts'
import type { SettledRule } from './outside.ts'

/** Rules of another language that came settled, as rules of ours whose guard has come out. */
export function settledCandidates(settled: readonly SettledRule[]): Candidates {
  const rules = settled.map(compiledRule)
  return {
    denies: rules.filter(({ kind }) => kind === 'deny'),
    allows: rules.filter(({ kind }) => kind === 'allow'),
    ...{ requirements: [], audits: [] },
  }
}

function compiledRule(rule: SettledRule): CompiledRule {
  const { ref, source } = rule
  const guards = rule.outcome === 'true' ? [] : [guardOf(rule)]
  return { kind: ref.rule, ref, source, heads: [], guards, requirements: requirementsOf(rule) }
}

function guardOf(rule: SettledRule): Clause {
  const { ref, source, at } = rule
  const node = { kind: 'literal', value: true, start: at.start, end: at.end } as const
  return { ref, source, node, condition: conditionOf(rule), orders: NO_ORDERS }
}

/** Labels of another language have no order. */
const NO_ORDERS = new Orders([])

function conditionOf({ outcome, fault, at }: SettledRule): Condition {
  switch (outcome) {
    case 'true':
      return () => TRUE
    case 'false':
      return () => FALSE
    case 'open':
      return () => ANY
    case 'error':
      return (scope) => {
        fail(scope, fault?.at ?? at, fault?.message ?? 'cannot be evaluated')
        return ERROR
      }
    default:
      return unreachable(outcome)
  }
}

/** What an allow demands, as a bare requirement of its own that always applies. */
function requirementsOf({ ref, source, demands }: SettledRule): readonly CompiledRequirement[] {
  if (demands.obligations.length + demands.approvals.length === 0) return []
  const { source: asked } = demands
  return [
    {
      ...{ kind: 'require', ref: { ...ref, rule: 'require' }, source, heads: [], guards: [] },
      predicates: [],
      demands: demands.obligations.map(({ obligation, strictness }) => ({
        ...{ demanded: { obligation, source: asked }, strictness },
      })),
      approvals: demands.approvals.map((approval) => ({ approval, source: asked })),
    },
  ]
}

/** Where the rule stands and, when it is in error, why; another language tells no conjuncts. */
export function explainSettled(rule: SettledRule): RuleExplanation {
  const { ref, outcome, fault } = rule
  const head = ref.text.trim()
  const explanation = { ref, head, observed: false, guard: [], requirements: [] }
  return outcome === 'error' && fault !== undefined
    ? { ...explanation, nearMiss: `in error: ${fault.message}` }
    : explanation
}
