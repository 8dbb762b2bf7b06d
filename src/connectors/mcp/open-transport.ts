import { type Era, EraMemory } from './era/era-memory.ts'
import { EraTransport } from './era/era-transport.ts'
import { HandedProcess } from './era/handed-process.ts'
import { closePools, type HttpReach, openPools } from './http-pools.ts'
import { HttpTransport } from './http-transport.ts'
import { HttpWire } from './modern/http-wire.ts'
import { ModernTransport } from './modern/modern-transport.ts'
import { StdioWire } from './modern/stdio-wire.ts'
import type { McpServerOptions, Protocol, StdioOptions } from './options.ts'
import { SseTransport } from './sse/sse-transport.ts'
import { StdioTransport } from './stdio-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** One server, and what all transports to it share. */
export type Reach = (StdioOptions | HttpReach) & { readonly eras: EraMemory }

export function reach(options: McpServerOptions): Reach {
  const eras = new EraMemory()
  if (options.transport === 'stdio') return { ...options, eras }
  return { ...options, eras, pools: openPools(options) }
}

/** A transport that is not yet opened. Nothing of it outlives its `close`. */
export function openTransport(to: Reach, events: TransportEvents): Transport {
  const { protocol = 'auto', transport: over, eras: memory } = to
  const transport = to.transport === 'stdio' ? processWays(to) : httpWays(to)
  if (protocol === 'auto') return new EraTransport({ over, memory, transport }, events)
  return transport(ERA_OF[protocol], events)
}

/** Ends what the transports shared. They are to be closed before. */
export async function leave(to: Reach): Promise<void> {
  if (to.transport === 'http') await closePools(to.pools)
}

const ERA_OF: Readonly<Record<Exclude<Protocol, 'auto'>, Era>> = {
  '2026-07-28': 'modern',
  legacy: 'legacy',
  sse: 'sse',
}

type Ways = (era: Era, events: TransportEvents) => Transport

function processWays(to: StdioOptions): Ways {
  const { start } = new HandedProcess()
  return (era, events) => {
    if (era !== 'modern') return new StdioTransport(to, events, start)
    return new ModernTransport({ wire: new StdioWire(to, events, start), events })
  }
}

function httpWays(to: HttpReach): Ways {
  return (era, events) => {
    if (era === 'sse') return new SseTransport(to, events)
    if (era === 'legacy') return new HttpTransport(to, events)
    return new ModernTransport({ wire: new HttpWire(to, events), events })
  }
}
