import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Caller, Gone, McpClient, McpMessage } from '../../../pipeline/ports.ts'
import { nobodyToAsk } from '../declared.ts'

export interface AskOfLink {
  readonly server: string
  readonly request: McpMessage
  readonly withdrawn: Gone | undefined
  /** Who waits for an answer of the server, the newest last. */
  readonly callers: ReadonlySet<Caller>
  readonly clients: ReadonlyMap<string, McpClient>
}

/**
 * Asks what belongs to no request. All that are on a link are one agent: whoever called last is
 * nearest to it, then whoever came last.
 * @throws PeerError where nobody is there, and whatever asking throws.
 */
export function askOfLink(asking: AskOfLink): Promise<JsonObject> {
  const { server, request, withdrawn, callers, clients } = asking
  const caller = [...callers].at(-1)
  if (caller !== undefined) return caller.ask(server, request, withdrawn)
  const client = [...clients.values()].at(-1)
  if (client !== undefined) return client.ask(server, request, withdrawn)
  return Promise.reject(nobodyToAsk())
}
