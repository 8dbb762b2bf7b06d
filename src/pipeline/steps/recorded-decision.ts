import type { Decision, Observation, RuleRef } from '../../kernel/policy/decision.ts'
import type { RecordedDecision, RecordedObservation } from '../../kernel/receipt/receipt.ts'

/** Rules and errors that one receipt lists; a receipt has a size limit of its own. */
export const RECORDED_RULES_LIMIT = 8
export const RECORDED_ERRORS_LIMIT = 8
/** Characters kept of a text in a receipt: a policy line, an error, a path. */
export const RECORDED_TEXT_LIMIT = 200

/** A decision as receipts tell of it, within their bounds. */
export function recordedDecision(decision: Decision): RecordedDecision {
  return {
    effect: decision.effect,
    reason: decision.reason,
    version: decision.version,
    rules: settledBy(decision).slice(0, RECORDED_RULES_LIMIT).map(recordedRule),
    obligations: decision.obligations
      .slice(0, RECORDED_RULES_LIMIT)
      .map(({ obligation, source }) => clip(`${obligation.kind} ${source.file}:${source.line}`)),
    errors: decision.errors
      .slice(0, RECORDED_ERRORS_LIMIT)
      .map(({ file, line, message }) => clip(`${file}:${line}: ${message}`)),
    ...(decision.audits.length === 0 ? {} : { audits: auditsOf(decision) }),
    ...(decision.observed && { observed: recordedObservation(decision.observed) }),
  }
}

function recordedObservation({ effect, reason, determining }: Observation): RecordedObservation {
  const rules = determining.slice(0, RECORDED_RULES_LIMIT).map(recordedRule)
  return { effect, reason, rules }
}

/** Where approvals are missing, what demands them comes before what would allow. */
function settledBy({ approvals, determining }: Decision): readonly RuleRef[] {
  return [...approvals.map(({ source }) => source), ...determining]
}

function recordedRule({ policy, rule, file, line, column, text, says }: RuleRef): RuleRef {
  const place = { policy: clip(policy), rule, file: clip(file), line, column, text: clip(text) }
  return says === undefined ? place : { ...place, says: clip(says) }
}

function auditsOf({ audits }: Decision): readonly string[] {
  return audits
    .slice(0, RECORDED_RULES_LIMIT)
    .map(({ name, value, source }) =>
      clip(`${name} = ${JSON.stringify(value)} ${source.file}:${source.line}`),
    )
}

/** Well-formed even where the cut falls within a pair of surrogates: receipts take no half one. */
export function clip(text: string): string {
  const whole = text.toWellFormed()
  if (whole.length <= RECORDED_TEXT_LIMIT) return whole
  const kept = whole.slice(0, RECORDED_TEXT_LIMIT - 1)
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`
}
