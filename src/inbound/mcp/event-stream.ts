import type { ServerResponse } from 'node:http'
import type { DoorLimits } from './limits.ts'
import { MCP_VERSIONS } from './request-headers.ts'

/** An open stream of server-sent events, from the runtime to one agent. */
export interface EventStream {
  /**
   * Sends one JSON-RPC message, as JSON text, under an id that the reader can go on from. A reader
   * too slow to take it is cut off.
   */
  send(message: string, id?: string): void
  end(): void
  /**
   * Sends the last message, however long it is, and ends once the reader has taken all, or its time
   * is over.
   */
  finish(message?: string, id?: string): void
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

/** Does a client of this revision take an event without data? Those before know none. */
export function takesGreeting(version: string): boolean {
  return version === MCP_VERSIONS[0]
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
  write(openingOf(greeting))
  return {
    send: (message, id) => write(eventOf(message, id)),
    end,
    finish(message, id) {
      // By the time that all is taken, the response has let go of its connection.
      const { socket } = response
      response.end(lastOf(message, id), () => socket?.destroySoon())
    },
  }
}

/** A reader that does not read is cut once so much waits for it, and there is more. */
export function writeBounded(
  response: ServerResponse,
  text: string,
  { streamBufferBytes }: Pick<DoorLimits, 'streamBufferBytes'>,
): void {
  if (response.destroyed || response.writableEnded) return
  if (response.writableLength > streamBufferBytes) response.destroy()
  else response.write(text)
}

/** WHATWG HTML section 9.2.6. JSON text has no line feed in it. */
export function eventOf(message: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${message}\n\n`
}

/** What a response ends with. */
export function lastOf(message: string | undefined, id?: string): string {
  return message === undefined ? '' : eventOf(message, id)
}

/** MCP 2025-11-25, transports: an event with an id and empty data, before all others. */
export function openingOf(greeting: Greeting | undefined): string {
  if (greeting === undefined) return ':\n\n'
  return `id: ${greeting.id}\nretry: ${greeting.retryMs}\ndata:\n\n`
}
