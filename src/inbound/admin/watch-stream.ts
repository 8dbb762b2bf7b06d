import type { ServerResponse } from 'node:http'
import type { WatchMark } from '../../contract/admin-api.ts'
import type { WatchEvent } from '../../contract/watch-event.ts'
import { jsonLine } from '../../kernel/json/json-line.ts'

export interface WatchLimits {
  /** Bytes that may wait for a reader before it is cut. */
  readonly bufferBytes: number
  /** Milliseconds that a reader who was cut has to take what is left. */
  readonly lingerMs: number
}

/** Calls the listener with each event. Returns what ends that. */
export type Subscribe = (listener: (event: WatchEvent) => void) => () => void

type Closed = WatchMark & { watch: 'closed' }

export interface WatchStream {
  /** Ends the stream with a line that says so. */
  end(reason: Closed['reason']): void
}

const HEADERS = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' }

export interface WatchStreamOptions {
  readonly subscribe: Subscribe
  readonly limits: WatchLimits
  /** Called once, when the connection is over. */
  readonly onClose: () => void
}

/** Events as lines. A reader that does not keep up is told so and cut: it holds up nothing. */
export function openWatchStream(
  response: ServerResponse,
  { subscribe, limits, onClose }: WatchStreamOptions,
): WatchStream {
  let linger: NodeJS.Timeout | undefined
  const close = (reason: Closed['reason']) => {
    unsubscribe()
    response.end(jsonLine({ watch: 'closed', reason } satisfies WatchMark))
    linger = setTimeout(() => response.destroy(), limits.lingerMs)
  }
  const unsubscribe = subscribe((event) => {
    response.write(jsonLine(event))
    if (response.writableLength > limits.bufferBytes) close('slow_reader')
  })
  response.once('close', () => {
    unsubscribe()
    clearTimeout(linger)
    onClose()
  })
  response.writeHead(200, HEADERS)
  response.write(jsonLine({ watch: 'open' } satisfies WatchMark))
  return {
    end: (reason) => {
      if (!response.writableEnded) close(reason)
    },
  }
}
