import { explainReceipt, type ReceiptExplanation } from '../app/explain-receipt.ts'
import { ERRORS } from '../kernel/errors.ts'
import { permits } from '../kernel/policy/decision.ts'
import { renderExcerpt } from '../kernel/policy/language/excerpt.ts'
import { headline } from '../kernel/policy/render-decision.ts'
import { renderExplanation } from '../kernel/policy/render-explanation.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import { visible } from '../kernel/text/visible.ts'
import { type Answer, EXIT } from './command.ts'
import { type ConfigOptions, inspectedConfig } from './config-option.ts'

/** `portcullis policy explain --receipt ID` */
export async function explainedReceipt(which: string, options: ConfigOptions): Promise<Answer> {
  const explained = await explainReceipt(which, inspectedConfig(options))
  const { decision } = explained.receipt
  const permitted = decision !== undefined && permits(decision)
  return { json: explained, text: textOf(explained), exit: permitted ? EXIT.ok : EXIT.failed }
}

function textOf({ receipt, explanation, unexplained, now, disagrees }: ReceiptExplanation): string {
  const parts = [receiptText(receipt)]
  if (explanation !== undefined) parts.push(renderExplanation(explanation))
  if (unexplained !== undefined) parts.push(WITHOUT[unexplained])
  if (disagrees) parts.push('NOTE: this program decides otherwise than the receipt says')
  if (now !== undefined) {
    parts.push(
      `the policies in force now (${now.version}) would decide otherwise:\n${headline(now)}`,
    )
  }
  return parts.join('\n\n')
}

const WITHOUT: Readonly<Record<NonNullable<ReceiptExplanation['unexplained']>, string>> = {
  no_decision: 'no policy was asked: it was refused before that, or is about the runtime itself',
  not_recorded:
    'what the policies read was not recorded (or is older than `record_max_age`): ' +
    'the receipt is all there is',
  erased: 'the subject was erased, and what the policies read with it: the receipt is all there is',
  version_gone: 'the version that decided is not kept here: the receipt is all there is',
}

function receiptText(receipt: Receipt): string {
  const { id, seq, ts, run, actor, action, decision, code, taints = [] } = receipt
  const who = actor.map((link) => link.id).join(' → ') || 'nobody that was proved'
  const on = action?.resource.id === action?.operation ? '' : ` on ${action?.resource.id}`
  const lines = [
    `receipt ${id}, number ${seq}, ${new Date(ts).toISOString()}, run ${visible(run)}`,
    `${visible(who)}: ${visible(`${action?.operation ?? receipt.kind}${on}`)}`,
  ]
  if (decision !== undefined) {
    lines.push(headline(decision))
    for (const rule of decision.rules) {
      lines.push(`${rule.rule} in policy \`${visible(rule.policy)}\``, ...renderExcerpt(rule))
    }
    for (const { label, receipt: of } of taints) {
      lines.push(`the run has the label \`${visible(label)}\` by receipt ${of}`)
    }
  } else if (code !== undefined) lines.push(`${code}: ${ERRORS[code]?.remedy ?? ''}`)
  return lines.join('\n')
}
