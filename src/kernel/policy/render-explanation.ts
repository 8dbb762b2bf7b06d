import { visible } from '../text/visible.ts'
import type { RuleRef } from './decision.ts'
import type { ClauseExplanation, Explanation, Read, RuleExplanation } from './explain.ts'
import { headline, place, renderApproval, renderDemand, renderObserved } from './render-decision.ts'

/** Length at which a value is cut. */
const MAX_SHOWN = 120

/** A decision with every rule that is about the request, clause by clause. */
export function renderExplanation({ decision, rules, notConsidered }: Explanation): string {
  const { determining, obligations, approvals, version } = decision
  return [
    headline(decision),
    `policy version ${version}`,
    ...(rules.length === 0 ? ['no rule is about this request'] : []),
    ...rules.flatMap((rule) => renderRule(rule, determining)),
    ...(obligations.length + approvals.length === 0 ? [] : ['']),
    ...obligations.flatMap(renderDemand),
    ...approvals.flatMap(renderApproval),
    ...renderObserved(decision),
    ...renderNotConsidered(notConsidered),
  ].join('\n')
}

function renderRule(rule: RuleExplanation, determining: readonly RuleRef[]): readonly string[] {
  const { ref, head, observed, guard, requirements, nearMiss } = rule
  const decided = determining.includes(ref) ? ', which decided' : ''
  const mode = observed ? ' (observe mode: no say)' : ''
  return [
    '',
    `${ref.rule} for \`${visible(head)}\` in policy \`${ref.policy}\`${decided}${mode}`,
    ...place(ref),
    ...guard.flatMap((clause) => renderClause('if', clause)),
    ...requirements.flatMap((clause) => renderClause('require', clause)),
    ...(nearMiss === undefined ? [] : [`  ${visible(nearMiss)}`]),
  ]
}

function renderNotConsidered({ count, listed }: Explanation['notConsidered']): readonly string[] {
  if (count === 0) return []
  const lines = listed.map(
    ({ ref, why }) => `  ${ref.file}:${ref.line}:${ref.column} (${ref.policy}): ${visible(why)}`,
  )
  const more = count - listed.length
  const rest = more > 0 ? [`  and ${more} more`] : []
  return ['', `not considered: ${count} ${count === 1 ? 'rule' : 'rules'}`, ...lines, ...rest]
}

function renderClause(word: string, clause: ClauseExplanation): readonly string[] {
  const { text, from, outcome, message, reads } = clause
  const why = message === undefined ? '' : ` (${visible(message)})`
  const origin = from === undefined || from === text ? '' : ` [${from}]`
  const line = `  ${word.padEnd(7)} ${outcome.padEnd(5)}  ${visible(`${text}${origin}`)}${why}`
  return [line, ...reads.map((read) => `                   ${visible(shown(read))}`)]
}

function shown({ path, value }: Read): string {
  if (value === undefined) return `${path} is missing`
  const text = JSON.stringify(value)
  return `${path} = ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`
}
