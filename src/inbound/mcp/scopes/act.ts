import { type Action, operationOf } from '../../../kernel/action.ts'
import type { Outcome } from '../../../pipeline/ports.ts'
import type { Subscriptions } from '../subscriptions.ts'
import type { Door } from '../visit.ts'
import type { Asking } from './waiting.ts'

/** What the guard made of an action. */
export interface Acted {
  readonly kind: 'acted'
  readonly outcome: Outcome
  readonly operation: string
  /** Was it no tool that was called? Its refusal is then an error, and not a result of a tool. */
  readonly isMethod: boolean
}

/**
 * Puts an action to the guard on behalf of whoever waits.
 * @throws PortcullisError `SUBSCRIPTION_LIMIT`.
 */
export async function act(
  action: Action,
  { visit, waiting, subscriptions }: Omit<Asking, 'server'>,
  { gate }: Pick<Door, 'gate'>,
): Promise<Acted> {
  const { credential, channel } = visit
  const settle = subscriptions && subscribing(action, subscriptions)
  const outcome = await gate.guard({ action, credential, channel, ...waiting })
  settle?.(outcome.kind === 'done')
  const isMethod = action.kind === 'mcp.request'
  return { kind: 'acted', outcome, operation: operationOf(action), isMethod }
}

/** Counts a subscription from before it is there: a change may be told before the answer. */
function subscribing(action: Action, subscriptions: Subscriptions) {
  if (action.kind !== 'mcp.request' || typeof action.args.uri !== 'string') return undefined
  const { server, method, args } = action
  const uri = String(args.uri)
  if (method === 'resources/unsubscribe') {
    return (done: boolean) => done && subscriptions.remove(server, uri)
  }
  if (method !== 'resources/subscribe' || subscriptions.has(server, uri)) return undefined
  subscriptions.add(server, uri)
  return (done: boolean) => done || subscriptions.remove(server, uri)
}
