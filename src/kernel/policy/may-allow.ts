import type { CompiledRequirement } from './evaluate/compiled.ts'
import { evaluate, evaluateAll } from './evaluate/evaluate.ts'
import type { Candidates } from './evaluate/rule-index.ts'
import type { Scope } from './evaluate/scope.ts'
import { scopeOf } from './evaluate/scope.ts'
import { FALSE, TRUE } from './evaluate/truth.ts'
import type { PolicyRequest } from './policy-request.ts'

/**
 * Could some arguments make this permitted, if need be with an approval? Everything that depends on
 * `args` may come out either way, so the answer is no only when no arguments whatever lead to an
 * allow. A yes is no promise.
 */
export function mayAllow(candidates: Candidates, request: PolicyRequest): boolean {
  const scope = scopeOf(request.attributes, 'args')
  return (
    candidates.denies.every(({ guards }) => (evaluateAll(guards, scope) & FALSE) !== 0) &&
    mayBeMet(candidates.requirements, scope) &&
    candidates.allows.some(
      ({ guards, requirements }) =>
        (evaluateAll(guards, scope) & TRUE) !== 0 && mayBeMet(requirements, scope),
    )
  )
}

function mayBeMet(requirements: readonly CompiledRequirement[], scope: Scope): boolean {
  return requirements.every(
    ({ guards, predicates }) =>
      (evaluateAll(guards, scope) & FALSE) !== 0 ||
      predicates.every((predicate) => (evaluate(predicate, scope) & TRUE) !== 0),
  )
}
