import { closePools, type HttpReach, openPools } from './http-pools.ts'
import { HttpTransport } from './http-transport.ts'
import type { McpServerOptions, StdioOptions } from './options.ts'
import { StdioTransport } from './stdio-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** One server, and what all transports to it share. */
export type Reach = StdioOptions | HttpReach

export function reach(options: McpServerOptions): Reach {
  return options.transport === 'stdio' ? options : { ...options, pools: openPools(options) }
}

/** A transport that is not yet opened. Nothing of it outlives its `close`. */
export function openTransport(to: Reach, events: TransportEvents): Transport {
  return to.transport === 'stdio' ? new StdioTransport(to, events) : new HttpTransport(to, events)
}

/** Ends what the transports shared. They are to be closed before. */
export async function leave(to: Reach): Promise<void> {
  if (to.transport === 'http') await closePools(to.pools)
}
