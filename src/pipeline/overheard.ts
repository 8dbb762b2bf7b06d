import type { Identity } from '../kernel/identity/principal.ts'
import type { ClientRequest } from '../kernel/mcp/mcp-action.ts'
import { type Decision, permits } from '../kernel/policy/decision.ts'
import type { Channel, McpMessage, Ports, ServerNotice } from './ports.ts'
import { givenLabels } from './steps/label.ts'
import { callOf } from './steps/meet.ts'
import { obligedNotice } from './steps/oblige-peer.ts'
import { policyRequest } from './steps/policy-request.ts'
import { Sanitiser } from './steps/sanitise.ts'
import { isInScope } from './steps/scope.ts'
import { obligeTask, withTask } from './steps/task.ts'

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
    const { attributes, roles, usage, labels } = ports
    const now = ports.clock.now()
    const used = usage.peek(callOf(action, identity, now))
    const run = labels.of(identity.chain, now)
    const knowledge = { attributes, roles, used, run, now }
    const request = policyRequest({ action, channel }, identity, knowledge)
    const decision = withTask(ports.policies.current().decide(request), action, ports)
    if (!permits(decision) || !mayBeHeard(method, decision)) return undefined
    const sanitiser = new Sanitiser(ports.sanitising(server))
    const heard = obligedNotice(notification, decision, sanitiser)?.notification
    if (heard === undefined) return undefined
    const { result } = obligeTask(action, { result: heard.params, decision }, ports)
    return { method, params: result }
  } catch {
    // Fails closed. Whatever is broken is told by the next action, which fails of it too.
    return undefined
  }
}

/** What gives a label has a receipt, and this has none: then only what tells nothing is heard. */
function mayBeHeard(method: string, decision: Decision): boolean {
  return givenLabels(decision).length === 0 || method.endsWith('/list_changed')
}
