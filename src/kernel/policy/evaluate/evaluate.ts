import type { EvaluationError } from '../decision.ts'
import { positionOf } from '../language/source.ts'
import type { Clause } from './compiled.ts'
import type { Failure, Scope } from './scope.ts'
import { begin } from './scope.ts'
import type { Truth } from './truth.ts'
import { and, ERROR, FALSE, TRUE } from './truth.ts'

export function evaluate(clause: Clause, scope: Scope): Truth {
  begin(scope)
  return clause.condition(scope)
}

/**
 * All clauses together; no clause at all holds. Reports into `errors` why it came out as an error:
 * where one clause is false, what another could not evaluate does not matter.
 */
export function evaluateAll(
  clauses: readonly Clause[],
  scope: Scope,
  errors?: EvaluationError[],
): Truth {
  let truth: Truth = TRUE
  let error: EvaluationError | undefined
  for (const clause of clauses) {
    const outcome = evaluate(clause, scope)
    if (outcome === FALSE) return FALSE
    if (outcome === ERROR && errors !== undefined) error ??= errorOf(clause, scope)
    truth = and(truth, outcome)
  }
  if (error !== undefined) errors?.push(error)
  return truth
}

/** Why the clause just evaluated came out as an error, at the place that is at fault. */
export function errorOf(clause: Clause, scope: Scope): EvaluationError {
  const unexplained: Failure = { at: clause.node, message: 'cannot be evaluated' }
  const { at, message } = scope.failures[0] ?? unexplained
  const { line, column, text } = positionOf(clause.source, at.start)
  const { policy, rule } = clause.ref
  return { policy, rule, file: clause.source.file, line, column, text, message }
}
