import type { Around, Gone, McpMessage } from '../../../pipeline/ports.ts'
import type { RequestOptions } from '../transport.ts'

/** Who waits for a request, and where the answer is counted. */
export type Waiter = Pick<Around, 'caller' | 'room'>

/** How whoever waits for a request is told and asked meanwhile. */
export function callOptions(
  server: string,
  { caller, room }: Waiter,
  waitMs: number,
): RequestOptions {
  const grown = room?.answer()
  if (caller === undefined) return { waitMs, grown }
  return {
    waitMs,
    grown,
    cancelled: caller.cancelled,
    progress: caller.takesProgress !== false,
    passesInputRequests: caller.takesInputRequests,
    told: (notification: McpMessage) => caller.tell(server, notification),
    streamed: (stream) => caller.streamed?.(stream),
    asked: (request: McpMessage, withdrawn?: Gone) => caller.ask(server, request, withdrawn),
  }
}
