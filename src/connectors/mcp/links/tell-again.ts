import type { McpMessage } from '../../../pipeline/ports.ts'
import { listTools } from '../list-tools.ts'
import { OPENING_WAIT_MS } from '../options.ts'
import type { Transport } from '../transport.ts'
import type { LinkTools } from './link-tools.ts'

export interface Forgotten {
  /** What the server was to keep. */
  readonly requests: readonly McpMessage[]
  readonly tools: LinkTools
  readonly failed: (error: unknown) => void
}

/**
 * After a session was lost: tells the server anew what it was to keep, and asks what it lists now.
 * Resolves with whether its tools are others; never rejects.
 */
export async function tellAgain(
  transport: Transport,
  { requests, tools, failed }: Forgotten,
): Promise<boolean> {
  const waitMs = OPENING_WAIT_MS
  for (const request of requests) {
    // A resource or a task may be gone by now; the others are followed all the same.
    await transport.request(request, { waitMs }).catch(failed)
  }
  if (!tools.listed) return false
  try {
    return tools.replace(await listTools(transport, performance.now() + waitMs))
  } catch (error) {
    failed(error)
    return false
  }
}
