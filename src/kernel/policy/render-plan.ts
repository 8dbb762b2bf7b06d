import { visible } from '../text/visible.ts'
import type { RuleRef } from './decision.ts'
import type { Plan } from './plan/plan.ts'
import { renderResidual } from './plan/render-residual.ts'
import { place, REASONS, renderApproval, renderDemand } from './render-decision.ts'

/** A plan for the operator: which things, under which condition, and what it takes. */
export function renderPlan(plan: Plan): string {
  return [
    ...headline(plan),
    ...plan.obligations.flatMap(renderDemand),
    ...plan.approvals.flatMap(renderApproval),
    ...plan.leftOut.flatMap(({ source, message }) => renderPart('left out', { source, message })),
    `policy version ${plan.version}`,
  ].join('\n')
}

function headline(plan: Plan): readonly string[] {
  const unknown = plan.unknown.map((path) => `\`${path}\``).join(', ')
  switch (plan.kind) {
    case 'always':
      return [`always: it is permitted whatever ${unknown} is`]
    case 'if':
      return ['if', `  ${visible(renderResidual(plan.residual))}`]
    case 'never': {
      const { reason, determining } = plan
      return [`never (${reason}): ${REASONS[reason]}`, ...determining.flatMap(renderRule)]
    }
    default:
      return plan satisfies never
  }
}

function renderRule(source: RuleRef): readonly string[] {
  return [`${source.rule} in policy \`${source.policy}\``, ...place(source)]
}

/** A part of a rule that has no say, and why. */
export function renderPart(
  what: string,
  { source, message }: { readonly source: RuleRef; readonly message: string },
): readonly string[] {
  return [`${what}, in policy \`${source.policy}\`: ${visible(message)}`, ...place(source)]
}
