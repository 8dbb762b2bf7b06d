import { type Action, operationOf } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { GuardRequest, McpMessage, Outcome } from '../../pipeline/ports.ts'
import { readToolCall } from './tool-call.ts'
import type { Door, Visit } from './visit.ts'

/** A request of a client on its way, whichever revision of MCP it speaks. */
export interface Asking {
  readonly visit: Visit
  /** The one server that it is for; absent where all of them are offered as one. */
  readonly server?: string
  /** How whoever waits is reached until there is an answer. */
  readonly waiting: Pick<GuardRequest, 'caller' | 'gone' | 'onHeld'>
}

/** What a method came to: a list, which is no action, or what the guard made of an action. */
export type Served =
  | { readonly kind: 'listed'; readonly result: string }
  | { readonly kind: 'acted'; readonly outcome: Outcome; readonly operation: string }

/**
 * One request of a client. The revisions differ in how it comes and how its answer goes; what it
 * is, is the same.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN`, `REQUEST_INVALID`.
 */
export async function serveMethod(
  { method, params }: McpMessage,
  { visit, waiting }: Asking,
  door: Door,
): Promise<Served> {
  if (method === 'tools/list') {
    return { kind: 'listed', result: door.tools.page(visit, params.cursor) }
  }
  const action = readAction(method, params)
  const { credential, channel } = visit
  const outcome = await door.gate.guard({ action, credential, channel, ...waiting })
  return { kind: 'acted', outcome, operation: operationOf(action) }
}

/** The action that a method asks for. */
function readAction(method: string, params: JsonObject): Action {
  if (method === 'tools/call') return readToolCall(params)
  throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `the method \`${method}\` is not served`)
}
