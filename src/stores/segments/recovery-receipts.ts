import { PortcullisError } from '../../kernel/errors.ts'
import { eventDraft } from '../../kernel/receipt/event-draft.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import type { Receipt, ReceiptDraft, RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { OpenAction } from './ledger-state.ts'
import { DAMAGED_END, DAMAGED_SNAPSHOT, REPLACED } from './quarantine.ts'

/** The log of the default tenant: it is declared when a ledger is made. */
const DEFAULT_LOG = 1

/** A receipt that the ledger writes itself, and the log that it belongs to. */
export interface RecoveryReceipt {
  readonly log: number
  readonly draft: ReceiptDraft
}

export interface RecoveryPorts {
  readonly now: number
  nextId(): string
}

/**
 * What is to be recorded for actions that a crash interrupted: nobody can say whether they took
 * effect, so each gets an effect receipt that says so, and a last receipt counts them.
 */
export function interruptedActions(
  actions: readonly OpenAction[],
  ports: RecoveryPorts,
): RecoveryReceipt[] {
  const effects = actions.map(({ log, leaf }) => ({
    log,
    draft: unknownEffect(readDecision(leaf), ports),
  }))
  if (effects.length === 0) return []
  const count = effects.length
  const detail = `actions interrupted with unknown outcome: ${count}`
  return [...effects, recovered({ name: 'runtime.recovered', detail, count }, ports)]
}

/** Receipts of one log that become durable together. */
export interface RecoveryBatch {
  readonly log: number
  readonly drafts: readonly ReceiptDraft[]
}

/** Receipts in their order, as many at once as may wait: a crash can cut thousands of actions. */
export function batchesOf(
  receipts: readonly RecoveryReceipt[],
  limit: number,
): readonly RecoveryBatch[] {
  const batches: { readonly log: number; readonly drafts: ReceiptDraft[] }[] = []
  for (const { log, draft } of receipts) {
    const last = batches.at(-1)
    if (last?.log === log && last.drafts.length < limit) last.drafts.push(draft)
    else batches.push({ log, drafts: [draft] })
  }
  return batches
}

/** What is to be recorded of bytes that were moved to `quarantine/`: by a crash, or by somebody. */
export function quarantinedTail(name: string, ports: RecoveryPorts): RecoveryReceipt {
  const detail = `${whatWas(name)} was moved to quarantine/${name}`
  if (isDamage(name)) return recovered({ name: 'ledger.damaged', detail }, ports)
  return recovered({ name: 'ledger.recovered', detail }, ports)
}

/** Was it acknowledged, and then altered on the disk? No crash does that. */
export function isDamage(name: string): boolean {
  return name.includes(DAMAGED_SNAPSHOT)
}

/** The name says who moved it. */
function whatWas(name: string): string {
  if (name.includes(DAMAGED_END)) return 'a damaged end, by `portcullis ledger recover`,'
  if (name.includes(REPLACED)) return 'a segment replaced by `portcullis ledger recover`'
  if (isDamage(name)) return 'a damaged snapshot, which was made again from the segment before,'
  return 'an unfinished write'
}

function unknownEffect(decision: Receipt, { now: ts, nextId }: RecoveryPorts): ReceiptDraft {
  const { run, actor, channel, action } = decision
  const effect = { state: 'unknown', of: decision.id } as const
  return {
    id: nextId(),
    ts,
    run,
    kind: 'effect',
    actor,
    channel,
    ...(action && { action }),
    effect,
  }
}

function recovered(event: RecordedEvent, { now, nextId }: RecoveryPorts): RecoveryReceipt {
  return { log: DEFAULT_LOG, draft: eventDraft(event, { id: nextId(), ts: now }) }
}

function readDecision(leaf: string): Receipt {
  try {
    return parseReceipt(leaf)
  } catch (cause) {
    const message = 'an action without outcome has no readable decision'
    throw new PortcullisError('LEDGER_CORRUPT', message, { cause })
  }
}
