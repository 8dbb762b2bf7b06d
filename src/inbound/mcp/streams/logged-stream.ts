import { randomBytes } from 'node:crypto'
import type { EventStream } from '../event-stream.ts'
import type { DoorLimits } from '../limits.ts'

/** Random bytes of a stream's name: an id of another session's stream is one of none here. */
const NAME_BYTES = 9

export type LogLimits = Pick<DoorLimits, 'replayedMessages' | 'replayedBytes'>

interface Logged {
  readonly seq: number
  readonly message: string
}

/**
 * One stream of messages to a client, whatever connections it is read over. The last messages are
 * kept, so that a client whose connection broke goes on from where it was (MCP, resumability).
 */
export class LoggedStream {
  readonly name = randomBytes(NAME_BYTES).toString('base64url')
  readonly #limits: LogLimits
  readonly #kept: Logged[] = []
  #bytes = 0
  #seq = 0
  /** The last message that went over a connection. */
  #sent = 0
  #out: EventStream | undefined
  #finished = false

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  get isRead(): boolean {
    return this.#out !== undefined
  }

  get isFinished(): boolean {
    return this.#finished
  }

  /** What is kept of it. */
  get bytes(): number {
    return this.#bytes
  }

  /** The id of the last message. */
  get lastId(): string {
    return this.#idOf(this.#seq)
  }

  send(message: string): void {
    if (this.#finished) return
    const logged = this.#log(message)
    if (this.#out !== undefined) this.#pass(logged, this.#out)
  }

  /** The same, unless it waits to be read already. */
  sendOnce(message: string): void {
    const waits = this.#kept.some((kept) => kept.seq > this.#sent && kept.message === message)
    if (!waits) this.send(message)
  }

  /** Sends the last message, if there is one: whoever reads it, reads no more. */
  finish(message?: string): void {
    if (this.#finished) return
    this.#finished = true
    const last = message === undefined ? undefined : this.#log(message)
    if (this.#out !== undefined) this.#end(last, this.#out)
  }

  /** Is read over this connection from now on, from behind the message of number `after`. */
  attach(out: EventStream, after = this.#sent): void {
    this.#out?.end()
    this.#out = out
    const missed = this.#kept.filter(({ seq }) => seq > after)
    const last = this.#finished ? missed.pop() : undefined
    for (const logged of missed) this.#pass(logged, out)
    if (this.#finished) this.#end(last, out)
  }

  /** The connection has closed. */
  detach(out: EventStream): void {
    if (this.#out === out) this.#out = undefined
  }

  /** Ends its connection; what is kept, is kept. */
  hangUp(): void {
    this.#out?.end()
    this.#out = undefined
  }

  /** Messages that went over no connection. They are no longer this stream's. */
  takeUnsent(): readonly string[] {
    const at = this.#kept.findIndex(({ seq }) => seq > this.#sent)
    if (at === -1) return []
    const unsent = this.#kept.splice(at)
    for (const { message } of unsent) this.#bytes -= Buffer.byteLength(message)
    this.#seq = this.#sent
    return unsent.map(({ message }) => message)
  }

  /** The number of the message that an id names, if it is one of this stream. */
  numberOf(id: string): number | undefined {
    const number = id.startsWith(`${this.name}.`) ? id.slice(this.name.length + 1) : ''
    return /^\d{1,15}$/.test(number) ? Number(number) : undefined
  }

  #pass({ seq, message }: Logged, out: EventStream): void {
    this.#sent = seq
    out.send(message, this.#idOf(seq))
  }

  #end(last: Logged | undefined, out: EventStream): void {
    if (last === undefined) {
      out.finish()
      return
    }
    this.#sent = last.seq
    out.finish(last.message, this.#idOf(last.seq))
  }

  #idOf(seq: number): string {
    return `${this.name}.${seq}`
  }

  /**
   * One that is longer than all that may be kept is not kept, and neither is what came before; but
   * the last is: its reader would come back for it again and again.
   */
  #log(message: string): Logged {
    const { replayedMessages, replayedBytes } = this.#limits
    const logged = { seq: ++this.#seq, message }
    this.#kept.push(logged)
    this.#bytes += Buffer.byteLength(message)
    const least = this.#finished ? 1 : 0
    while (
      this.#kept.length > least &&
      (this.#kept.length > replayedMessages || this.#bytes > replayedBytes)
    ) {
      const dropped = this.#kept.shift()
      this.#bytes -= Buffer.byteLength(dropped?.message ?? '')
    }
    return logged
  }
}
