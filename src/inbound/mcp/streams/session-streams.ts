import type { ServerResponse } from 'node:http'
import { setTimeout as rest } from 'node:timers/promises'
import { PortcullisError } from '../../../kernel/errors.ts'
import type { Credential } from '../../../kernel/identity/credential.ts'
import type { Gone } from '../../../pipeline/ports.ts'
import { askWithdrawn } from '../asks.ts'
import { openEventStream, type StreamLimits } from '../event-stream.ts'
import type { DoorLimits } from '../limits.ts'
import { LoggedStream, type LogLimits } from './logged-stream.ts'

export type SessionStreamLimits = StreamLimits &
  LogLimits &
  Pick<DoorLimits, 'streamsPerSession' | 'repliesKept' | 'repliesKeptBytes' | 'streamRetryMs'>

/** Who reads a stream, and from where. */
export interface Reader {
  readonly response: ServerResponse
  /** Who it is. */
  readonly credential: Credential
  /** The last event that it has read, as it says (`Last-Event-ID`). */
  readonly lastEventId?: string | undefined
  /** Does it take an event without data? Revisions before 2025-11-25 know none. */
  readonly takesGreeting: boolean
}

/**
 * All streams of one session: those that its client opened to listen, and those of answers that
 * began to be told before they were complete.
 */
export class SessionStreams {
  readonly #limits: SessionStreamLimits
  /** The one that is told what belongs to no request; the newest that is read. */
  #current: LoggedStream
  /** Opened by the client, the oldest first. */
  readonly #listening: LoggedStream[] = []
  /** Of answers, the oldest first. */
  readonly #replies: LoggedStream[] = []
  readonly #heard = Promise.withResolvers<void>()
  #listener: Credential | undefined
  #ended = false

  constructor(limits: SessionStreamLimits) {
    this.#limits = limits
    this.#current = new LoggedStream(limits)
  }

  /** Tells what belongs to no request. Until somebody listens, the last messages are kept. */
  send(message: string): void {
    if (!this.#ended) this.#current.send(message)
  }

  /** The same, for what need not be told twice to who has not heard it once. */
  sendOnce(message: string): void {
    if (!this.#ended) this.#current.sendOnce(message)
  }

  /** A stream for an answer that is told in parts. */
  reply(): LoggedStream {
    const stream = new LoggedStream(this.#limits)
    this.#replies.push(stream)
    this.#forgetOldest()
    return stream
  }

  /** The answer has arrived. */
  forget(reply: LoggedStream): void {
    remove(this.#replies, reply)
  }

  /** A client listens: to a stream that it has read before, or to a new one. */
  open({ response, credential, lastEventId, takesGreeting }: Reader): void {
    // The reader left before there was a stream: nothing would ever tell that it closed.
    if (response.destroyed || this.#ended) return void response.destroy()
    const answer = read(this.#replies, lastEventId)
    // Who comes back for an answer hears nothing else there.
    if (answer === undefined) this.#hear(credential)
    const known = answer ?? read(this.#listening, lastEventId)
    const stream = known?.stream ?? this.#fresh()
    const greeting = { id: known ? `${lastEventId}` : stream.lastId, retryMs: this.#retryMs }
    const started = { ...this.#limits, greeting: takesGreeting ? greeting : undefined }
    const out = openEventStream(response, started, () => {
      stream.detach(out)
      if (stream.isFinished && response.writableFinished) this.forget(stream)
      this.#settle()
    })
    stream.attach(out, known?.after)
    this.#settle()
  }

  /**
   * The credential of whoever listened last. Waits for the first one, unless that is unwanted.
   * @throws PortcullisError `CLIENT_SILENT`, `CALL_CANCELLED`.
   */
  async listener(waitMs: number, unwanted?: Gone): Promise<Credential> {
    const late = new AbortController()
    const timer = rest(waitMs, undefined, { signal: late.signal }).catch(() => undefined)
    const stop = () => late.abort()
    if (unwanted?.aborted) stop()
    unwanted?.addEventListener('abort', stop)
    await Promise.race([this.#heard.promise, timer])
    late.abort()
    unwanted?.removeEventListener('abort', stop)
    if (unwanted?.aborted) throw askWithdrawn()
    if (this.#listener !== undefined && !this.#ended) return this.#listener
    throw new PortcullisError('CLIENT_SILENT', 'the client does not listen')
  }

  endAll(): void {
    this.#ended = true
    this.#heard.resolve()
    for (const stream of this.#listening) stream.hangUp()
    this.#listening.length = 0
    // An answer under way has an end of its own, which says why.
    this.#replies.length = 0
  }

  get #retryMs(): number {
    return this.#limits.streamRetryMs
  }

  #hear(credential: Credential): void {
    this.#listener = credential
    this.#heard.resolve()
    this.#makeRoom()
  }

  /** A new stream begins with what nobody has heard yet. */
  #fresh(): LoggedStream {
    const stream = new LoggedStream(this.#limits)
    if (!this.#current.isRead) for (const it of this.#current.takeUnsent()) stream.send(it)
    this.#listening.push(stream)
    return stream
  }

  /** Of answers that nobody came back for yet: those under way are bounded as requests are. */
  #forgetOldest(): void {
    const { repliesKept, repliesKeptBytes } = this.#limits
    let bytes = 0
    const left = this.#replies.filter(({ isRead, isFinished }) => isFinished && !isRead)
    for (const [at, each] of left.reverse().entries()) {
      bytes += each.bytes
      if (at >= repliesKept || bytes > repliesKeptBytes) this.forget(each)
    }
  }

  /** A reader that vanished without a word must not keep its successor out. */
  #makeRoom(): void {
    const { streamsPerSession } = this.#limits
    const read = this.#listening.filter(({ isRead }) => isRead)
    if (read.length >= streamsPerSession) read[0]?.hangUp()
    const unread = this.#listening.filter(({ isRead }) => !isRead)
    if (unread.length >= streamsPerSession && unread[0] !== undefined) {
      remove(this.#listening, unread[0])
    }
  }

  // MCP, streamable HTTP: one message goes to one stream of the session, never to several.
  #settle(): void {
    const newest = this.#listening.findLast(({ isRead }) => isRead) ?? this.#listening.at(-1)
    if (newest !== undefined) this.#current = newest
  }
}

/** The stream that an event is of, and the number of that event. */
function read(streams: readonly LoggedStream[], id: string | undefined) {
  if (id === undefined) return undefined
  for (const stream of streams) {
    const after = stream.numberOf(id)
    if (after !== undefined) return { stream, after }
  }
  return undefined
}

function remove<Item>(items: Item[], item: Item): void {
  const at = items.indexOf(item)
  if (at !== -1) items.splice(at, 1)
}
