import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import type { MessageId, RpcResponse } from '../../kernel/jsonrpc/message.ts'
import type { Gone, McpMessage } from '../../pipeline/ports.ts'
import { clientRefusal } from './caller.ts'
import type { DoorLimits } from './limits.ts'

export type AskLimits = Pick<DoorLimits, 'asksPerSession' | 'askWaitMs'>

/** One request of a server on its way to a client. */
export interface Ask {
  readonly server: string
  readonly request: McpMessage
  /** Sends a message to the client, as JSON text. */
  readonly send: (message: string) => void
  /** Whoever the server asked for is answered: the answer is wanted no more. */
  readonly over?: Gone | undefined
  /** The server said itself that it wants it no more. */
  readonly withdrawn?: Gone | undefined
}

interface UnderWay {
  readonly server: string
  readonly progressToken: JsonValue | undefined
  settle(response: RpcResponse): void
  fail(error: Error): void
}

/**
 * What servers ask of the client of one session. The ids are the session's own, so that an answer
 * is one to this session's question or to none.
 */
export class Asks {
  readonly #limits: AskLimits
  readonly #underWay = new Map<MessageId, UnderWay>()
  #ids = 0
  #begun = 0
  #ended = false

  constructor(limits: AskLimits) {
    this.#limits = limits
  }

  /** Nobody is asked any more. */
  get isOver(): boolean {
    return this.#ended
  }

  /** Milliseconds that a server waits for an answer. */
  get waitMs(): number {
    return this.#limits.askWaitMs
  }

  /**
   * Takes a place among what the client is asked at once, also while that is being decided. Whoever
   * takes it has to give it back by calling what is returned.
   * @throws PortcullisError `CLIENT_BUSY`.
   */
  begin(): () => void {
    const { asksPerSession } = this.#limits
    if (this.#begun >= asksPerSession) {
      throw new PortcullisError(
        'CLIENT_BUSY',
        `the client is asked ${asksPerSession} times already`,
      )
    }
    this.#begun++
    return () => void this.#begun--
  }

  /**
   * The client is told when nobody waits for its answer any more.
   * @throws PortcullisError `CLIENT_SILENT`, `CALL_CANCELLED`; a `PeerError` for an error of the
   * client.
   */
  ask({ server, request, send, over, withdrawn }: Ask): Promise<JsonObject> {
    const { askWaitMs } = this.#limits
    const { method, params } = request
    if (this.#ended || over?.aborted === true) return Promise.reject(silent('it has gone'))
    if (withdrawn?.aborted === true) return Promise.reject(askWithdrawn())
    const id = `ask-${++this.#ids}`
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    const giveUp = (error: PortcullisError) => {
      if (!this.#underWay.has(id)) return
      send(messageOf('notifications/cancelled', { requestId: id, reason: error.message }))
      this.#underWay.get(id)?.fail(error)
    }
    const timer = setTimeout(() => giveUp(silent('no answer came in time')), askWaitMs)
    const leave = () => giveUp(silent('the request has ended'))
    const withdraw = () => giveUp(askWithdrawn())
    over?.addEventListener('abort', leave)
    withdrawn?.addEventListener('abort', withdraw)
    const close = () => {
      clearTimeout(timer)
      over?.removeEventListener('abort', leave)
      withdrawn?.removeEventListener('abort', withdraw)
      this.#underWay.delete(id)
    }
    this.#underWay.set(id, {
      server,
      progressToken: tokenOf(params),
      settle({ answer }) {
        close()
        if ('error' in answer) reject(clientRefusal(answer.error))
        else resolve(answer.result)
      },
      fail(error) {
        close()
        reject(error)
      },
    })
    send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    return promise
  }

  /** Takes an answer of the client; `false` when nobody of this session asked for it. */
  settle(response: RpcResponse): boolean {
    const asked = response.id === undefined ? undefined : this.#underWay.get(response.id)
    asked?.settle(response)
    return asked !== undefined
  }

  /** Which server waits for progress under this token, if one does. */
  serverOf(progressToken: JsonValue | undefined): string | undefined {
    if (progressToken === undefined) return undefined
    for (const asked of this.#underWay.values()) {
      if (asked.progressToken === progressToken) return asked.server
    }
    return undefined
  }

  /** The client has gone. */
  endAll(): void {
    this.#ended = true
    for (const { fail } of [...this.#underWay.values()]) fail(silent('the session has ended'))
  }
}

/** A notification as JSON text. */
export function messageOf(method: string, params: JsonObject): string {
  const rest = Object.keys(params).length === 0 ? {} : { params }
  return JSON.stringify({ jsonrpc: '2.0', method, ...rest })
}

function tokenOf({ _meta: meta }: JsonObject): JsonValue | undefined {
  return (meta as JsonObject | null | undefined)?.progressToken
}

function silent(why: string): PortcullisError {
  return new PortcullisError('CLIENT_SILENT', why)
}

/** The server's own reason is its own: it may hold what the client must not read. */
export function askWithdrawn(): PortcullisError {
  return new PortcullisError('CALL_CANCELLED', 'the server asks for it no more')
}
