import { Pool } from 'undici'
import {
  CONNECTING_WAIT_MS,
  CONNECTIONS_LIMIT,
  type HttpOptions,
  STREAM_CONNECTIONS_LIMIT,
} from './options.ts'

/** The connections to one HTTP server. All that talk to it share them. */
export interface HttpPools {
  /** For what is asked and answered. */
  readonly calls: Pool
  /** For streams that stay open: they must not take the place of calls. */
  readonly streams: Pool
}

/** An HTTP server, with what all transports to it share. */
export interface HttpReach extends HttpOptions {
  readonly pools: HttpPools
}

export function openPools({ url, connect }: HttpOptions): HttpPools {
  const pool = (connections: number) =>
    new Pool(new URL(url).origin, {
      connections,
      pipelining: 1,
      // A call that is cut off ends its connection, which over HTTP/2 others would share.
      allowH2: false,
      connect: connect ?? { timeout: CONNECTING_WAIT_MS },
      // A call has a limit of its own, and a stream of notifications may be silent for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  return { calls: pool(CONNECTIONS_LIMIT), streams: pool(STREAM_CONNECTIONS_LIMIT) }
}

/** Ends every connection at once. */
export async function closePools({ calls, streams }: HttpPools): Promise<void> {
  await Promise.all([calls.destroy(), streams.destroy()])
}
