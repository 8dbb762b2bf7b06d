import { PortcullisError } from '../../kernel/errors.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import type { Receipt, ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { OpenAction } from './ledger-state.ts'

/** The run of the runtime's own receipts. */
const RUNTIME_RUN = 'runtime'

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
  const detail = `actions interrupted with unknown outcome: ${effects.length}`
  return [...effects, recovered('runtime.recovered', detail, ports)]
}

/** What is to be recorded of bytes that a crash left and that were moved to `quarantine/`. */
export function quarantinedTail(name: string, ports: RecoveryPorts): RecoveryReceipt {
  return recovered('ledger.recovered', `an unfinished write was moved to quarantine/${name}`, ports)
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

function recovered(event: string, detail: string, { now, nextId }: RecoveryPorts): RecoveryReceipt {
  const actor = [{ kind: 'service', id: 'portcullis', via: 'runtime' }] as const
  const channel = { door: 'runtime', peer: 'local' }
  const when = { id: nextId(), ts: now, run: RUNTIME_RUN }
  return {
    log: DEFAULT_LOG,
    draft: { ...when, kind: 'lifecycle', actor, channel, lifecycle: { event, detail } },
  }
}

function readDecision(leaf: string): Receipt {
  try {
    return parseReceipt(leaf)
  } catch (cause) {
    const message = 'an action without outcome has no readable decision'
    throw new PortcullisError('LEDGER_CORRUPT', message, { cause })
  }
}
