import { type Action, argsOf } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { RecordedPayload, SubjectPayload } from '../../kernel/receipt/receipt.ts'
import type { Channel, Ports } from '../ports.ts'
import { obligedArgs } from './oblige.ts'

/** The receipt that names a payload. */
export interface PayloadReceipt {
  readonly id: string
  readonly at: number
  readonly channel: Channel
  readonly identity: Identity
}

/**
 * The arguments as a decision names them. The digest is of what was asked for. Of an action that
 * goes on, what is passed on is kept first, where the configuration wants it: the action is not
 * carried out unless that is on the disk.
 */
export async function recordedArgs(
  action: Action,
  { receipt, decision, goesOn }: { receipt: PayloadReceipt; decision: Decision; goesOn: boolean },
  ports: Ports,
): Promise<SubjectPayload> {
  const { subject } = ports.payloads.subjectOf(action, receipt.identity)
  const asked = ports.digests.digest(argsOf(action), subject)
  const passed = isKept(action, ports) && goesOn ? passedOn(action, decision) : undefined
  if (passed === undefined) return asked
  const { id, at, channel } = receipt
  const kept = { receipt: id, run: channel.run, at, path: 'in', subject, payload: passed } as const
  await ports.payloads.keep(kept)
  const { digest } = ports.digests.digest(passed, subject)
  return { ...asked, ...(digest !== asked.digest && { kept: digest }), sealed: true }
}

/** The result as an outcome names it, kept first like the arguments. */
export async function recordedResult(
  action: Action,
  { receipt, result }: { readonly receipt: PayloadReceipt; readonly result: JsonObject },
  ports: Ports,
): Promise<RecordedPayload> {
  const { subject } = ports.payloads.subjectOf(action, receipt.identity)
  const named = ports.digests.digest(result, subject)
  if (!isKept(action, ports)) return named
  const { id, at, channel } = receipt
  const kept = { receipt: id, run: channel.run, at, path: 'out', subject, payload: result } as const
  await ports.payloads.keep(kept)
  return { ...named, sealed: true }
}

/** Nothing of administration is: it may hold credentials that were issued just now. */
function isKept({ kind }: Action, { payloads }: Ports): boolean {
  return payloads.keeps && kind !== 'admin.call'
}

/** Nothing where an obligation can't be fulfilled: then nothing is passed on. */
function passedOn(action: Action, decision: Decision): JsonObject | undefined {
  try {
    return obligedArgs(action, decision)
  } catch (error) {
    if (error instanceof PortcullisError && error.code === 'OBLIGATION_FAILED') return undefined
    throw error
  }
}
