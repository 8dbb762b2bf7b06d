import { codeOf, PortcullisError } from '../../../kernel/errors.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'
import type { Log, McpMessage } from '../../../pipeline/ports.ts'

/** A failure of a request, with the server named, as the operator finds it in the log. */
export function callFailure(
  { method, params }: McpMessage,
  cause: unknown,
  { server, log }: { readonly server: string; readonly log: Log },
): PortcullisError {
  const code = codeOf(cause)
  const why = cause instanceof Error ? cause.message : code
  const tool = String(params.name ?? method)
  log.warn('upstream.failed', { server, tool, code, why })
  const message = `server \`${server}\`: ${why}`
  if (cause instanceof PeerError) return new PeerError(code, message, cause.answered)
  return new PortcullisError(code, message, { cause })
}
