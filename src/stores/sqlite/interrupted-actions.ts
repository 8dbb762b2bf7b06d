import { PortcullisError } from '../../kernel/errors.ts'
import { eventDraft } from '../../kernel/receipt/event-draft.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import type { Receipt, ReceiptDraft } from '../../kernel/receipt/receipt.ts'

/**
 * What is to be recorded for actions that a crash interrupted: nobody can say whether they took
 * effect, so each gets an effect receipt that says so, and a last receipt counts them.
 */
export function interruptedActions(
  leaves: readonly string[],
  now: number,
  nextId: () => string,
): ReceiptDraft[] {
  if (leaves.length === 0) return []
  const effects = leaves.map((leaf) => unknownEffect(readDecision(leaf), now, nextId()))
  return [...effects, recovered(leaves.length, now, nextId())]
}

function unknownEffect(decision: Receipt, ts: number, id: string): ReceiptDraft {
  const { run, actor, channel, action } = decision
  const effect = { state: 'unknown', of: decision.id } as const
  return { id, ts, run, kind: 'effect', actor, channel, ...(action && { action }), effect }
}

function recovered(count: number, ts: number, id: string): ReceiptDraft {
  const detail = `actions interrupted with unknown outcome: ${count}`
  return eventDraft({ name: 'runtime.recovered', detail, count }, { id, ts })
}

function readDecision(leaf: string): Receipt {
  try {
    return parseReceipt(leaf)
  } catch (cause) {
    const message = 'an action without outcome has no readable decision'
    throw new PortcullisError('LEDGER_CORRUPT', message, { cause })
  }
}
