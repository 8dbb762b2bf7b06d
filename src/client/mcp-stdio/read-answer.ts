import { setTimeout as rest } from 'node:timers/promises'
import type { Response } from 'undici'
import { eventsOf } from './events.ts'
import { readLine } from './message.ts'

/** How long to wait before coming back, where the runtime says nothing of it, in milliseconds. */
const BACK_WAIT_MS = 1_000

interface Reading {
  /** Of the request that is answered; absent where there is nothing to answer. */
  readonly id: string | number | undefined
  readonly take: (line: string) => void
  /** Opens the stream again, from after an event of it. */
  readonly connect: (lastId: string) => Promise<Response | undefined>
  readonly signal: AbortSignal
}

/**
 * Reads the stream that answers a request to its end. One that ends before the answer is come back
 * to, as its server wants it (MCP 2025-11-25, transports); one whose events have no ids can't be.
 * @throws Error when there is nothing to come back to.
 */
export async function readAnswer(first: Response, reading: Reading): Promise<void> {
  const { id, take, connect, signal } = reading
  let response: Response | undefined = first
  let lastId: string | undefined
  let waitMs = BACK_WAIT_MS
  for (;;) {
    if (!response?.body || !isStream(response)) throw new Error('the rest of the answer is lost')
    let isAnswered = id === undefined
    for await (const event of eventsOf(response.body.pipeThrough(new TextDecoderStream()))) {
      lastId = event.id ?? lastId
      waitMs = event.retryMs ?? waitMs
      if (event.data === '') continue
      take(event.data)
      isAnswered ||= isAnswer(event.data, id)
    }
    if (isAnswered || lastId === undefined) return
    await rest(waitMs, undefined, { signal })
    response = await connect(lastId)
  }
}

export function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

function isAnswer(line: string, asked: string | number | undefined): boolean {
  const { id, method } = readLine(line) ?? {}
  return method === undefined && id === asked
}
