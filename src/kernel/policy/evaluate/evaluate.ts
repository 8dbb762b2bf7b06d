import type { EvaluationError } from '../decision.ts'
import { positionOf } from '../language/source.ts'
import type { Clause } from './compiled.ts'
import type { Failure, Scope } from './scope.ts'
import { begin } from './scope.ts'
import type { Truth } from './truth.ts'
import { TRUE } from './truth.ts'

/** A rule without a guard always applies. */
export function evaluate(clause: Clause | undefined, scope: Scope): Truth {
  if (clause === undefined) return TRUE
  begin(scope)
  return clause.condition(scope)
}

/** Why the clause just evaluated came out as an error, at the place that is at fault. */
export function errorOf(clause: Clause, scope: Scope): EvaluationError {
  const unexplained: Failure = { at: clause.node, message: 'cannot be evaluated' }
  const { at, message } = scope.failures[0] ?? unexplained
  const { line, column, text } = positionOf(clause.source, at.start)
  const { policy, rule, file } = clause.ref
  return { policy, rule, file, line, column, text, message }
}
