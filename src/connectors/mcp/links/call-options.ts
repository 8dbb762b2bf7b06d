import type { Caller, Gone, McpMessage } from '../../../pipeline/ports.ts'
import type { RequestOptions } from '../transport.ts'

/** How whoever waits for a request is told and asked meanwhile. */
export function callOptions(
  server: string,
  caller: Caller | undefined,
  waitMs: number,
): RequestOptions {
  if (caller === undefined) return { waitMs }
  return {
    waitMs,
    cancelled: caller.cancelled,
    progress: caller.takesProgress !== false,
    passesInputRequests: caller.takesInputRequests,
    told: (notification: McpMessage) => caller.tell(server, notification),
    streamed: (stream) => caller.streamed?.(stream),
    asked: (request: McpMessage, withdrawn?: Gone) => caller.ask(server, request, withdrawn),
  }
}
