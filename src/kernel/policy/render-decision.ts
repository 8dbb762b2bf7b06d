import type { Obligation } from '../obligations/obligation.ts'
import { visible } from '../text/visible.ts'
import type { Decision, DemandedObligation, EvaluationError, RuleRef } from './decision.ts'
import { renderExcerpt } from './language/excerpt.ts'

const REASONS: Readonly<Record<Decision['reason'], string>> = {
  allowed: 'an allow holds and nothing denies',
  explicit_deny: 'a deny holds',
  deny_on_error: 'a deny could not be evaluated, which denies',
  requirement_unmet: 'a requirement on every allow is not met',
  default_deny: 'no allow holds',
  nothing_loaded: 'no policy is loaded',
}

/** A decision for the operator: what, why, and each rule as compilers print a place. */
export function renderDecision(decision: Decision): string {
  const { determining, obligations, errors, nearMisses, version } = decision
  return [
    headline(decision),
    ...determining.flatMap((rule) => [`${rule.rule} in policy \`${rule.policy}\``, ...place(rule)]),
    ...obligations.flatMap(renderDemand),
    ...errors.flatMap(renderError),
    ...nearMisses.flatMap((rule) => [`did not hold, in policy \`${rule.policy}\``, ...place(rule)]),
    `policy version ${version}`,
  ].join('\n')
}

/** `deny (default_deny): no allow holds` */
export function headline({ effect, reason }: Decision): string {
  return `${effect.replaceAll('_', ' ')} (${reason}): ${REASONS[reason]}`
}

export function place(ref: RuleRef): readonly string[] {
  return renderExcerpt(ref)
}

export function renderDemand({ obligation, source }: DemandedObligation): readonly string[] {
  return [`must ${describe(obligation)}, in policy \`${source.policy}\``, ...place(source)]
}

function renderError({ message, ...ref }: EvaluationError): readonly string[] {
  return [`error in policy \`${ref.policy}\`: ${visible(message)}`, ...place(ref)]
}

function describe({ kind, fields, patterns }: Obligation): string {
  return visible(`${kind} ${[...patterns, ...fields].join(', ')}`)
}
