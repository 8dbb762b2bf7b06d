import type { ServerResponse } from 'node:http'
import type { DoorLimits } from './limits.ts'

/** An open stream of server-sent events, from the runtime to one agent. */
export interface EventStream {
  /**
   * Sends one JSON-RPC message, as JSON text, under an id that the reader can go on from. A reader
   * too slow to take it is cut off.
   */
  send(message: string, id?: string): void
  end(): void
  /** Ends once the reader has taken what was sent, or its time is over. */
  finish(): void
}

export type StreamLimits = Pick<
  DoorLimits,
  'streamBufferBytes' | 'streamKeepAliveMs' | 'streamLifetimeMs'
>

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** What is told to a reader at the start, so that it comes back when the stream breaks. */
export interface Greeting {
  readonly id: string
  /** Milliseconds after which to come back. */
  readonly retryMs: number
}

/** Turns a response into a stream; `onClose` is called once, whoever ends it. */
export function openEventStream(
  response: ServerResponse,
  limits: StreamLimits & { readonly greeting?: Greeting | undefined },
  onClose: () => void,
): EventStream {
  const { greeting } = limits
  const write = (text: string) => writeBounded(response, text, limits)
  // What a slow reader has not taken would hold the connection open for as long as it likes.
  const end = () => {
    // Kept alive, the connection would hold up a listener that wants to close.
    if (response.writableLength === 0) response.end(() => response.socket?.destroySoon())
    else response.destroy()
  }
  const keepAlive = setInterval(() => write(':\n\n'), limits.streamKeepAliveMs)
  const lifetime = setTimeout(end, limits.streamLifetimeMs)
  const onGone = () => {
    clearInterval(keepAlive)
    clearTimeout(lifetime)
    onClose()
  }
  response.once('close', onGone)
  response.writeHead(200, EVENT_STREAM_HEADERS)
  write(greeting === undefined ? ':\n\n' : greetingOf(greeting))
  return {
    send: (message, id) => write(eventOf(message, id)),
    end,
    finish() {
      // By the time that all is taken, the response has let go of its connection.
      const { socket } = response
      response.end(() => socket?.destroySoon())
    },
  }
}

/** A reader that does not read is cut once so much waits for it. */
export function writeBounded(
  response: ServerResponse,
  text: string,
  { streamBufferBytes }: Pick<DoorLimits, 'streamBufferBytes'>,
): void {
  if (response.destroyed || response.writableEnded) return
  response.write(text)
  if (response.writableLength > streamBufferBytes) response.destroy()
}

/** WHATWG HTML section 9.2.6. JSON text has no line feed in it. */
export function eventOf(message: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${message}\n\n`
}

/** MCP 2025-11-25, transports: an event with an id and empty data, before all others. */
function greetingOf({ id, retryMs }: Greeting): string {
  return `id: ${id}\nretry: ${retryMs}\ndata:\n\n`
}
