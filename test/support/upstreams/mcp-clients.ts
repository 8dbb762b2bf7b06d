import type { Identity } from '../../../src/kernel/identity/principal.ts'
import type { JsonObject } from '../../../src/kernel/json/value.ts'
import type { Caller, McpMessage } from '../../../src/pipeline/ports.ts'

export interface SampleCaller extends Caller {
  readonly told: readonly McpMessage[]
  readonly asked: readonly McpMessage[]
  /** Resolves when this was told, before or from now on. */
  heardBy(method: string): Promise<McpMessage>
}

let sessions = 0

/** A client in a session of its own, which answers whatever it is asked. */
export function clientOf(identity: Identity, capabilities: JsonObject = {}): SampleCaller {
  const told: McpMessage[] = []
  const asked: McpMessage[] = []
  const waiting = new Set<() => void>()
  const ways = {
    tell(_server: string, notification: McpMessage) {
      told.push(notification)
      for (const check of waiting) check()
    },
    async ask(_server: string, request: McpMessage) {
      asked.push(request)
      return { answered: request.method }
    },
  }
  const about = {
    protocolVersion: '2025-11-25',
    capabilities,
    clientInfo: { name: 'sample', version: '1' },
  }
  const client = { session: `session ${++sessions}`, identity, about, ...ways }
  return {
    ...{ client, told, asked, ...ways },
    heardBy: (method) =>
      new Promise((resolve) => {
        const check = () => {
          const found = told.find((notification) => notification.method === method)
          if (found !== undefined) resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
}
