import type { TestContext } from 'node:test'
import {
  leave,
  openTransport,
  type Reach,
  reach,
} from '../../../src/connectors/mcp/open-transport.ts'
import type { McpServerOptions } from '../../../src/connectors/mcp/options.ts'
import type { Transport, TransportEvents } from '../../../src/connectors/mcp/transport.ts'
import type { JsonObject } from '../../../src/kernel/json/value.ts'
import type { McpMessage } from '../../../src/pipeline/ports.ts'

export interface Opened {
  readonly transport: Transport
  /** What came that belonged to no request. */
  readonly notified: McpMessage[]
  readonly down: Error[]
  /** What the server answered when it was opened. */
  readonly opening: JsonObject
}

export interface OpenedOptions extends Partial<TransportEvents> {
  readonly capabilities?: JsonObject
  /** The server, where several transports lead to it. */
  readonly to?: Reach
}

/** A transport by itself, opened for a client that declares these capabilities. */
export async function opened(
  t: TestContext,
  options: McpServerOptions,
  { capabilities = {}, to = reach(options), ...events }: OpenedOptions = {},
): Promise<Opened> {
  const notified: McpMessage[] = []
  const down: Error[] = []
  const transport = openTransport(to, {
    notified: (notification) => void notified.push(notification),
    down: (reason) => void down.push(reason),
    said: () => undefined,
    ...events,
  })
  t.after(async () => {
    await transport.close()
    await leave(to)
  })
  const clientInfo = { name: 'test', version: '1' }
  const about = { protocolVersion: '2025-11-25', capabilities, clientInfo }
  const opening = await transport.open(about, 10_000)
  return { transport, notified, down, opening }
}

export const callOf = (name: string, args: JsonObject = {}): McpMessage => ({
  method: 'tools/call',
  params: { name, arguments: args },
})
