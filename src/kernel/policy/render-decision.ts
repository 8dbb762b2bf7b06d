import type { Obligation } from '../obligations/obligation.ts'
import { obligationText } from '../obligations/obligation-text.ts'
import { visible } from '../text/visible.ts'
import type {
  Decision,
  DemandedApproval,
  DemandedObligation,
  EvaluationError,
  RuleRef,
} from './decision.ts'
import { renderExcerpt } from './language/excerpt.ts'

export const REASONS: Readonly<Record<Decision['reason'], string>> = {
  allowed: 'an allow holds and nothing denies',
  approval_required: 'an allow holds, and an approval is still missing',
  explicit_deny: 'a deny holds',
  deny_on_error: 'a deny could not be evaluated, which denies',
  requirement_unmet: 'a requirement on every allow is not met',
  obligation_conflict: 'two requirements set one obligation in ways that do not combine',
  default_deny: 'no allow holds',
  nothing_loaded: 'no policy is loaded',
}

/** A decision for the operator: what, why, and each rule as compilers print a place. */
export function renderDecision(decision: Decision): string {
  const { determining, obligations, approvals, errors, nearMisses, version } = decision
  return [
    headline(decision),
    ...determining.flatMap((rule) => [`${rule.rule} in policy \`${rule.policy}\``, ...place(rule)]),
    ...obligations.flatMap(renderDemand),
    ...approvals.flatMap(renderApproval),
    ...errors.flatMap(renderError),
    ...nearMisses.flatMap((rule) => [`did not hold, in policy \`${rule.policy}\``, ...place(rule)]),
    ...renderObserved(decision),
    `policy version ${version}`,
  ].join('\n')
}

/** `deny (default_deny): no allow holds` */
export function headline({ effect, reason }: Pick<Decision, 'effect' | 'reason'>): string {
  return `${effect.replaceAll('_', ' ')} (${reason}): ${REASONS[reason]}`
}

export function place(ref: RuleRef): readonly string[] {
  return renderExcerpt(ref)
}

export function renderDemand({ obligation, source }: DemandedObligation): readonly string[] {
  return [`must ${describe(obligation)}, in policy \`${source.policy}\``, ...place(source)]
}

export function renderApproval({ approval, source }: DemandedApproval): readonly string[] {
  const { name, approver, quorum, ttlMs } = approval
  const who = `${quorum} of ${approver.by} ${approver.name} within ${ttlMs / 1000} s`
  const line = visible(`needs ${name}, ${who}, in policy \`${source.policy}\``)
  return [line, ...place(source)]
}

/** What the policies in observe mode would have made of it. */
export function renderObserved({ observed }: Decision): readonly string[] {
  if (observed === undefined) return []
  const rules = observed.determining.flatMap((rule) => [
    `  by ${rule.rule} in policy \`${rule.policy}\``,
    ...place(rule),
  ])
  return [`observed only: would be ${headline(observed)}`, ...rules]
}

function renderError({ message, ...ref }: EvaluationError): readonly string[] {
  return [`error in policy \`${ref.policy}\`: ${visible(message)}`, ...place(ref)]
}

function describe(obligation: Obligation): string {
  return visible(obligationText(obligation))
}
