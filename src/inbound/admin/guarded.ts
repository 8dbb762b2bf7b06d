import type { ServerResponse } from 'node:http'
import type { AdminCall } from '../../kernel/admin/admin-call.ts'
import { ERRORS, type ErrorCode, PortcullisError, unreachable } from '../../kernel/errors.ts'
import type { Gate, GuardRequest, HeldProgress, Refused } from '../../pipeline/ports.ts'

/** What was refused with a receipt that says so. */
export const RECEIPTED = new WeakSet<object>()

export type AdminRequest = Omit<GuardRequest, 'action'> & { readonly action: AdminCall }

export interface GuardedOptions {
  readonly gate: Pick<Gate, 'guard'>
  readonly response: ServerResponse
  readonly limits: { readonly heldWaitMs: number }
}

/**
 * The whole path for one request. What needs approval waits a little, so that whoever approves at
 * once lets it go on; then it is to be asked for again.
 * @throws PortcullisError the refusal, or what the operation threw.
 */
export async function guarded(
  request: AdminRequest,
  { gate, response, limits }: GuardedOptions,
): Promise<object> {
  const left = new AbortController()
  const leave = () => left.abort()
  let timer: NodeJS.Timeout | undefined
  let held: HeldProgress | undefined
  let failure: unknown
  response.once('close', leave)
  try {
    const outcome = await gate.guard({
      ...request,
      gone: left.signal,
      onHeld(progress) {
        held = progress
        timer ??= setTimeout(leave, limits.heldWaitMs)
      },
      onFailure(error) {
        failure = error
      },
    })
    switch (outcome.kind) {
      case 'done':
        return outcome.result
      case 'refused':
        throw refusalOf(outcome, request.action, held)
      case 'failed':
        throw failure ?? new PortcullisError(outcome.code, sayingOf(outcome.code))
      default:
        return unreachable(outcome)
    }
  } finally {
    clearTimeout(timer)
    response.off('close', leave)
  }
}

/** The refusal as whoever asked may read it: nothing of who else there is. */
export function refusalOf(
  { code, receipt }: Refused,
  { operation, resource }: AdminCall,
  held?: HeldProgress,
): PortcullisError {
  const place = receipt === undefined ? '' : `, receipt ${receipt}`
  if (code === 'APPROVAL_PENDING' && held !== undefined) {
    const { request, given, needed } = held
    const waits = `it waits for approval ${request}, ${given} of ${needed}: then ask again`
    return receipted(new PortcullisError(code, `${waits}${place}`))
  }
  const denied = `\`${operation}\` on ${resource.type} \`${resource.id}\` is not permitted`
  const what = code === 'POLICY_DENIED' ? denied : sayingOf(code)
  return receipted(new PortcullisError(code, `${what}${place}`))
}

/** What an agent may read of it, as errors are written. */
export function sayingOf(code: ErrorCode): string {
  const { agent } = ERRORS[code]
  return `${agent.charAt(0).toLowerCase()}${agent.slice(1).replace(/[.]$/, '')}`
}

/** From now on it needs no other receipt. */
export function receipted(error: PortcullisError): PortcullisError {
  RECEIPTED.add(error)
  return error
}
