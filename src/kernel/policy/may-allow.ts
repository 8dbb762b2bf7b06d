import type { About } from './evaluate/bucket.ts'
import type { CompiledRequirement } from './evaluate/compiled.ts'
import { evaluate, evaluateAll } from './evaluate/evaluate.ts'
import {
  ALLOWS,
  type Applying,
  DENIES,
  type Guarded,
  type Kind,
  REQUIREMENTS,
} from './evaluate/rows.ts'
import type { RuleGroup } from './evaluate/rule-group.ts'
import type { Trial } from './evaluate/trial.ts'
import type { Truth } from './evaluate/truth.ts'
import { FALSE, TRUE } from './evaluate/truth.ts'
import type { PolicyRequest } from './policy-request.ts'

/**
 * Could some arguments make this permitted, if need be with an approval? Everything that depends on
 * `args` may come out either way, so the answer is no only when no arguments whatever lead to an
 * allow. A yes is no promise. Rules that lie in buckets with a table are tried with that table.
 */
export function mayAllow(about: About, request: PolicyRequest, trial: Trial): boolean {
  trial.begin(request.attributes, 'args')
  try {
    const groups = about.groups(trial)
    return (
      groups.every((group) => applying(group, DENIES, trial).every(mayFail)) &&
      groups.every((group) => mayAllBeMet(applying(group, REQUIREMENTS, trial), trial)) &&
      groups.some((group) =>
        applying(group, ALLOWS, trial).some(
          ({ rule, truth }) => (truth & TRUE) !== 0 && mayBeMet(rule.requirements, trial),
        ),
      )
    )
  } finally {
    trial.end()
  }
}

function applying<T extends Guarded>(
  { rows, begin }: RuleGroup,
  kind: Kind<T>,
  trial: Trial,
): readonly Applying<T>[] {
  const found: Applying<T>[] = []
  rows.applying(kind, { begin, trial }, found)
  return found
}

function mayFail({ truth }: { readonly truth: Truth }): boolean {
  return (truth & FALSE) !== 0
}

function mayAllBeMet(
  requirements: readonly Applying<CompiledRequirement>[],
  trial: Trial,
): boolean {
  return requirements.every(
    (found) => mayFail(found) || found.rule.predicates.every((it) => mayHold(it, trial)),
  )
}

function mayBeMet(requirements: readonly CompiledRequirement[], trial: Trial): boolean {
  return requirements.every(
    ({ guards, predicates }) =>
      mayFail({ truth: evaluateAll(guards, trial) }) ||
      predicates.every((it) => mayHold(it, trial)),
  )
}

function mayHold(predicate: CompiledRequirement['predicates'][number], trial: Trial): boolean {
  return (evaluate(predicate, trial) & TRUE) !== 0
}
