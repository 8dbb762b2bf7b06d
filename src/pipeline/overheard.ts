import type { Identity } from '../kernel/identity/principal.ts'
import type { ClientRequest } from '../kernel/mcp/mcp-action.ts'
import { permits } from '../kernel/policy/decision.ts'
import type { Channel, McpMessage, Ports, ServerNotice } from './ports.ts'
import { callOf } from './steps/meet.ts'
import { obligedNotice } from './steps/oblige-peer.ts'
import { policyRequest } from './steps/policy-request.ts'
import { isInScope } from './steps/scope.ts'

interface Hearer {
  readonly identity: Identity
  readonly channel: Channel
}

/** Decide → oblige, without a receipt. An exception on the way means that nothing is heard. */
export function overheard(
  { server, notification }: ServerNotice,
  { identity, channel }: Hearer,
  ports: Ports,
): McpMessage | undefined {
  const { method, params } = notification
  const action: ClientRequest = { kind: 'client.request', server, method, args: params }
  if (!isInScope(action, identity)) return undefined
  try {
    const { attributes, roles, usage } = ports
    const now = ports.clock.now()
    const used = usage.peek(callOf(action, identity, now))
    const request = policyRequest({ action, channel }, identity, { attributes, roles, used, now })
    const decision = ports.policies.current().decide(request)
    return permits(decision) ? obligedNotice(notification, decision)?.notification : undefined
  } catch {
    // Fails closed. Whatever is broken is told by the next action, which fails of it too.
    return undefined
  }
}
