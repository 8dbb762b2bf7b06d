import { answeredError } from '../../kernel/mcp/answered-error.ts'
import type { RpcError } from '../../kernel/mcp/peer-error.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { Redaction } from '../../kernel/receipt/receipt.ts'
import type { Caller, McpMessage } from '../mcp-ports.ts'
import { obligeResult } from './oblige.ts'
import { RECORDED_REDACTIONS_LIMIT } from './record.ts'
import type { Sanitiser } from './sanitise.ts'

/**
 * Who waits for an action, as its target may speak to them: what is told meanwhile leaves under the
 * same obligations as the result does, and is made harmless like it. What cannot be brought under
 * them is not told.
 */
export function obligedCaller(
  caller: Caller | undefined,
  { decision, redactions, sanitiser }: Meanwhile,
): Caller | undefined {
  if (caller === undefined) return caller
  const { client, cancelled, takesInputRequests, takesProgress } = caller
  return {
    client,
    ...(cancelled && { cancelled }),
    ...(takesInputRequests !== undefined && { takesInputRequests }),
    ...(takesProgress !== undefined && { takesProgress }),
    ask: (server, request, withdrawn) => caller.ask(server, request, withdrawn),
    streamed: (stream) => caller.streamed?.(stream),
    tell(server, notification) {
      const obliged = obligedNotice(notification, decision, sanitiser)
      if (obliged === undefined) return
      // A server may say as much as it likes; a receipt lists so many.
      const room = RECORDED_REDACTIONS_LIMIT - redactions.length
      redactions.push(...obliged.redactions.slice(0, Math.max(room, 0)))
      caller.tell(server, obliged.notification)
    },
  }
}

/** What holds for all that is told while an action is carried out, and where it is remembered. */
export interface Meanwhile {
  readonly decision: Decision
  readonly redactions: Redaction[]
  readonly sanitiser: Sanitiser
}

/** A notification as it may reach the agent; nothing where an obligation can't be fulfilled. */
export function obligedNotice(
  { method, params }: McpMessage,
  decision: Decision,
  sanitiser: Sanitiser,
) {
  try {
    const { result, redactions } = obligeResult(sanitiser.said(params), decision)
    return { notification: { method, params: result }, redactions }
  } catch {
    // Fails closed: the code of it would tell nobody anything.
    return undefined
  }
}

/** The error that a peer answered, as it may reach the agent; none where there is none to tell. */
export function obligedError(
  error: unknown,
  { decision, sanitiser }: Pick<Meanwhile, 'decision' | 'sanitiser'>,
): RpcError | undefined {
  const answered = answeredError(error)
  if (answered === undefined) return undefined
  try {
    const { code, ...said } = answered
    const { message, data } = obligeResult(sanitiser.said({ ...said }), decision).result
    return {
      code,
      message: typeof message === 'string' ? message : '',
      ...(data !== undefined && { data }),
    }
  } catch {
    return undefined
  }
}
