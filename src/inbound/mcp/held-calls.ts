import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import type { MessageId } from '../../kernel/jsonrpc/message.ts'
import type { Clock, Gone, HeldProgress, Outcome } from '../../pipeline/ports.ts'
import type { Answer } from './answer.ts'
import { EVENT_STREAM_HEADERS } from './event-stream.ts'
import type { DoorLimits } from './limits.ts'
import { accepts } from './request-headers.ts'

/** A call that may come to wait for approval, while it is under way. */
export interface HeldCall {
  readonly onHeld: (held: HeldProgress) => void
  /** The client left, or gave the call up, or may not wait for it any more. */
  readonly gone: Gone
  /** Settles only when the client may not hear the answer any more, whatever comes of the call. */
  readonly cutOff: Promise<Outcome>
  /** The same answer, as the last event where the response is a stream by now. */
  answer(answer: Answer): Answer
  /** Once, whatever came of it. */
  end(): void
}

export interface HeldCalls {
  begin(call: CallUnderWay): HeldCall
  /** Gives up the session's call of this id, if it is held; `id` is what the client says. */
  cancel(run: string, id: JsonValue | undefined): void
  /** Who asked may not hear of these any more: what is held is given up, the rest is finished. */
  cutOff(isMeant: (asker: Asker) => boolean): void
}

/** Who waits for a call. */
export interface Asker {
  readonly identity: Identity
  readonly channel: { readonly run: string }
}

interface CallUnderWay {
  readonly id: MessageId
  readonly params: JsonObject
  readonly visit: Asker & { readonly request: IncomingMessage; readonly response: ServerResponse }
}

interface UnderWay {
  readonly asker: Asker
  readonly leave: () => void
  readonly cut: (outcome: Outcome) => void
}

export type HeldLimits = Pick<DoorLimits, 'heldProgressMs' | 'streamBufferBytes'>

/**
 * Keeps the clients of held calls waiting: their response becomes a stream of server-sent events
 * with a sign of life every few seconds, so that neither they nor anything on the way gives up.
 */
export function createHeldCalls(limits: HeldLimits, clock: Pick<Clock, 'elapsed'>): HeldCalls {
  const underWay = new Map<string, UnderWay>()
  return {
    begin(call) {
      const { id, visit } = call
      const key = keyOf(visit.channel.run, id)
      const left = new AbortController()
      const leave = () => left.abort()
      const { promise: cutOff, resolve: cut } = Promise.withResolvers<Outcome>()
      const stream = heldStream(call, limits, clock)
      const entry = { asker: visit, leave, cut }
      underWay.set(key, entry)
      visit.response.once('close', leave)
      if (visit.response.destroyed) leave()
      return {
        gone: left.signal,
        cutOff,
        onHeld: stream.tell,
        answer: stream.answer,
        end() {
          stream.stop()
          visit.response.off('close', leave)
          if (underWay.get(key) === entry) underWay.delete(key)
        },
      }
    },
    cancel(run, id) {
      if (typeof id === 'string' || typeof id === 'number') underWay.get(keyOf(run, id))?.leave()
    },
    cutOff(isMeant) {
      const meant = [...underWay.values()].filter(({ asker }) => isMeant(asker))
      for (const { cut, leave } of meant) {
        cut({ kind: 'refused', code: 'SESSION_ENDED' })
        leave()
      }
    },
  }
}

function keyOf(run: string, id: MessageId): string {
  return JSON.stringify([run, id])
}

/** Begins with the first sign of life; never for a client that takes no streams. */
function heldStream(
  { params, visit: { request, response } }: CallUnderWay,
  { heldProgressMs, streamBufferBytes }: HeldLimits,
  clock: Pick<Clock, 'elapsed'>,
) {
  const token = progressTokenOf(params)
  const started = clock.elapsed()
  let told: HeldProgress | undefined
  let seconds = -1
  let beat: NodeJS.Timeout | undefined
  const write = (text: string) => {
    if (response.destroyed) return
    response.write(text)
    if (response.writableLength > streamBufferBytes) response.destroy()
  }
  const sign = () => {
    if (token === undefined || told === undefined) return write(':\n\n')
    // MCP, progress: the value increases with each notification.
    seconds = Math.max(seconds + 0.001, (clock.elapsed() - started) / 1000)
    write(eventOf(progressMessage(token, seconds, told)))
  }
  return {
    tell(held: HeldProgress) {
      if (!accepts(request.headers, 'text/event-stream')) return
      told = held
      if (beat === undefined) {
        beat = setInterval(sign, heldProgressMs)
        response.writeHead(200, EVENT_STREAM_HEADERS)
      }
      sign()
    },
    answer: (answer: Answer): Answer =>
      response.headersSent && 'body' in answer ? lastEvent(answer.body ?? '') : answer,
    stop: () => clearInterval(beat),
  }
}

function lastEvent(body: string): Answer {
  return { stream: (response: ServerResponse) => response.end(eventOf(body)) }
}

function eventOf(message: string): string {
  return `event: message\ndata: ${message}\n\n`
}

/** MCP: a string or a number of the client's, sent back as it came. */
function progressTokenOf({ _meta: meta }: JsonObject): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | null | undefined)?.progressToken
  return typeof token === 'string' || typeof token === 'number' ? token : undefined
}

function progressMessage(progressToken: string | number, progress: number, held: HeldProgress) {
  const { request, given, needed } = held
  const message = `waits for approval ${request}: ${given} of ${needed}`
  const method = 'notifications/progress'
  return JSON.stringify({ jsonrpc: '2.0', method, params: { progressToken, progress, message } })
}
