import type { ServerResponse } from 'node:http'
import type { DoorLimits } from './limits.ts'

/** An open stream of server-sent events, from the runtime to one agent. */
export interface EventStream {
  /** Sends one JSON-RPC message, as JSON text. A reader too slow to take it is cut off. */
  send(message: string): void
  end(): void
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

/** Turns a response into a stream; `onClose` is called once, whoever ends it. */
export function openEventStream(
  response: ServerResponse,
  limits: StreamLimits,
  onClose: () => void,
): EventStream {
  const write = (text: string) => {
    response.write(text)
    if (response.writableLength > limits.streamBufferBytes) response.destroy()
  }
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
  write(':\n\n')
  return {
    send: (message) => write(`data: ${message}\n\n`),
    end,
  }
}
