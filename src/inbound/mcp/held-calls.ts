import type { ServerResponse } from 'node:http'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import type { MessageId } from '../../kernel/jsonrpc/message.ts'
import type { Clock, Gone, HeldProgress, Outcome } from '../../pipeline/ports.ts'
import { messageOf } from './asks.ts'
import { type ProgressToken, progressTokenOf } from './caller.ts'
import type { DoorLimits } from './limits.ts'
import type { ReplyStream } from './streams/reply-stream.ts'

/** A call that may come to wait for approval, while it is under way. */
export interface HeldCall {
  readonly onHeld: (held: HeldProgress) => void
  /** The client left, or gave the call up, or may not wait for it any more. */
  readonly gone: Gone
  /** The client said that it wants the answer no more; one that merely left did not say so. */
  readonly cancelled: Gone
  /** Settles only when the client may not hear the answer any more, whatever comes of the call. */
  readonly cutOff: Promise<Outcome>
  /** Once, whatever came of it. */
  end(): void
}

export interface HeldCalls {
  begin(call: CallUnderWay): HeldCall
  /** Gives up the session's call of this id, if there is one; `id` is what the client says. */
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
  readonly visit: Asker & { readonly response: ServerResponse }
  /** Where signs of life go. */
  readonly reply: Pick<ReplyStream, 'send' | 'comment'>
}

interface UnderWay {
  readonly asker: Asker
  readonly leave: () => void
  readonly cancel: () => void
  readonly cut: (outcome: Outcome) => void
}

export type HeldLimits = Pick<DoorLimits, 'heldProgressMs'>

/**
 * Calls under way. The clients of those that are held are kept waiting: their response becomes a
 * stream with a sign of life every few seconds, so that neither they nor anything on the way gives
 * up.
 */
export function createHeldCalls(limits: HeldLimits, clock: Pick<Clock, 'elapsed'>): HeldCalls {
  const underWay = new Map<string, UnderWay>()
  return {
    begin(call) {
      const { id, visit } = call
      const key = keyOf(visit.channel.run, id)
      const left = new AbortController()
      const cancelled = new AbortController()
      const leave = () => left.abort()
      const cancel = () => {
        cancelled.abort()
        leave()
      }
      const { promise: cutOff, resolve: cut } = Promise.withResolvers<Outcome>()
      const progress = heldProgress(call, limits, clock)
      const entry = { asker: visit, leave, cancel, cut }
      underWay.set(key, entry)
      visit.response.once('close', leave)
      if (visit.response.destroyed) leave()
      return {
        gone: left.signal,
        cancelled: cancelled.signal,
        cutOff,
        onHeld: progress.tell,
        end() {
          progress.stop()
          visit.response.off('close', leave)
          if (underWay.get(key) === entry) underWay.delete(key)
        },
      }
    },
    cancel(run, id) {
      if (typeof id === 'string' || typeof id === 'number') underWay.get(keyOf(run, id))?.cancel()
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
function heldProgress(
  { params, reply }: CallUnderWay,
  { heldProgressMs }: HeldLimits,
  clock: Pick<Clock, 'elapsed'>,
) {
  const token = progressTokenOf(params)
  const started = clock.elapsed()
  let told: HeldProgress | undefined
  let seconds = -1
  let beat: NodeJS.Timeout | undefined
  const sign = () => {
    if (token === undefined || told === undefined) return reply.comment()
    // MCP, progress: the value increases with each notification.
    seconds = Math.max(seconds + 0.001, (clock.elapsed() - started) / 1000)
    reply.send(progressMessage(token, seconds, told))
  }
  return {
    tell(held: HeldProgress) {
      told = held
      beat ??= setInterval(sign, heldProgressMs)
      sign()
    },
    stop: () => clearInterval(beat),
  }
}

function progressMessage(progressToken: ProgressToken, progress: number, held: HeldProgress) {
  const { request, given, needed } = held
  const message = `waits for approval ${request}: ${given} of ${needed}`
  return messageOf('notifications/progress', { progressToken, progress, message })
}
