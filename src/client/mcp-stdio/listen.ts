import { setTimeout as rest } from 'node:timers/promises'
import type { Response } from 'undici'
import { eventsOf } from './events.ts'
import { isStream } from './read-answer.ts'

interface Listening {
  readonly signal: AbortSignal
  /** Opens the stream, from after an event of an earlier one. */
  readonly connect: (lastId: string | undefined) => Promise<Response | undefined>
  readonly write: (line: string) => void
}

/** Waits before the stream is opened again, in milliseconds; the last one repeats. */
const WAITS_MS = [200, 1_000, 5_000] as const

/** Passes on what the runtime says unasked, until the signal. Comes back to a stream that ends. */
export function keepListening(listening: Listening): void {
  void listen(listening)
}

async function listen({ signal, connect, write }: Listening): Promise<void> {
  let lastId: string | undefined
  for (let failures = 0; !signal.aborted; ) {
    let waitMs: number = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 0
    try {
      const response = await connect(lastId)
      // A runtime that offers no stream will not offer one a moment later.
      if (response?.status === 405) return
      if (response?.body && isStream(response)) {
        failures = 0
        for await (const event of eventsOf(response.body.pipeThrough(new TextDecoderStream()))) {
          lastId = event.id ?? lastId
          waitMs = event.retryMs ?? waitMs
          if (event.data !== '') write(event.data)
        }
      } else {
        failures++
        await response?.body?.cancel()
      }
    } catch {
      // It broke off, or nobody is there at the moment.
      failures++
    }
    await rest(waitMs, undefined, { signal }).catch(() => undefined)
  }
}
