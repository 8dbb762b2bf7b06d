import { Agent, fetch, type Response } from 'undici'
import { linesOf } from './lines.ts'
import { keepListening } from './listen.ts'
import { type ClientMessage, errorLine, mirroredHeaders, readLine } from './message.ts'
import { isStream, readAnswer } from './read-answer.ts'

export interface BridgeOptions {
  /** The endpoint of the runtime: `http://127.0.0.1:7070/mcp`. */
  readonly url: URL
  /** A credential of the agent; a fresh one where the last was refused. */
  readonly token: (again: boolean) => Promise<string>
  readonly input: AsyncIterable<string>
  /** Takes one line for the client. */
  readonly write: (line: string) => void
  /** Takes a line for people. */
  readonly say: (line: string) => void
}

const PARSE_ERROR = -32_700
const INTERNAL_ERROR = -32_603
/** How long the runtime may take to hear that the client has gone, in milliseconds. */
const LEAVING_WAIT_MS = 2_000

/**
 * Speaks MCP over standard streams to a client, and over HTTP to the runtime. It decides nothing
 * and holds nothing back: it is a client like any other. Resolves when the client has gone.
 */
export async function bridge(options: BridgeOptions): Promise<void> {
  await new Bridge(options).run()
}

class Bridge {
  readonly #options: BridgeOptions
  readonly #dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  readonly #over = new AbortController()
  readonly #underWay = new Map<string | number, AbortController>()
  #opening: ClientMessage | undefined
  #session: string | undefined
  #revision: string | undefined

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    try {
      for await (const line of linesOf(this.#options.input)) {
        const message = readLine(line)
        if (message === undefined) {
          this.#options.write(errorLine(null, PARSE_ERROR, 'this line is no JSON-RPC message'))
        } else if (message.method === 'initialize') {
          // What follows belongs to the session that this opens.
          await this.#pass(message)
        } else {
          void this.#pass(message)
        }
      }
    } finally {
      this.#over.abort()
      await this.#leave()
      await this.#dispatcher.destroy()
    }
  }

  async #pass(message: ClientMessage): Promise<void> {
    if (this.#givesUp(message)) return
    const aborting = new AbortController()
    const { id, method } = message
    const isRequest = id !== undefined && method !== undefined
    if (isRequest) this.#underWay.set(id, aborting)
    try {
      if (method === 'initialize') await this.#open(message)
      else await this.#receive(await this.#send(message, aborting.signal), message, aborting.signal)
    } catch (error) {
      if (aborting.signal.aborted || this.#over.signal.aborted) return
      const why = `the runtime cannot be reached: ${reasonOf(error)}`
      this.#options.say(why)
      if (isRequest) this.#options.write(errorLine(id, INTERNAL_ERROR, why))
    } finally {
      if (isRequest) this.#underWay.delete(id)
    }
  }

  /** Under MCP 2026-07-28 a request is given up by closing its stream, over HTTP. */
  #givesUp({ method, params, revision }: ClientMessage): boolean {
    const isModern = revision !== undefined || this.#opening === undefined
    if (method !== 'notifications/cancelled' || !isModern) return false
    const { requestId } = params
    if (typeof requestId === 'string' || typeof requestId === 'number') {
      this.#underWay.get(requestId)?.abort()
    }
    return true
  }

  async #open(message: ClientMessage): Promise<void> {
    this.#session = undefined
    this.#revision = undefined
    const response = await this.#send(message, this.#over.signal)
    this.#session = response.headers.get('mcp-session-id') ?? undefined
    await this.#receive(response, message, this.#over.signal)
    if (this.#session === undefined) return
    this.#opening = message
    keepListening({
      signal: this.#over.signal,
      connect: (lastId) => this.#listen(lastId, this.#over.signal),
      write: this.#options.write,
    })
  }

  async #listen(lastId: string | undefined, signal: AbortSignal): Promise<Response | undefined> {
    const session = this.#session
    if (session === undefined) return undefined
    const response = await fetch(this.#options.url, {
      headers: {
        ...(await this.#headers(false)),
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      },
      dispatcher: this.#dispatcher,
      signal: AbortSignal.any([signal, this.#over.signal]),
    })
    return response
  }

  async #send(message: ClientMessage, signal: AbortSignal): Promise<Response> {
    const response = await this.#post(message, { signal, again: false })
    if (response.status === 401) {
      await response.body?.cancel()
      return this.#post(message, { signal, again: true })
    }
    const lost = response.status === 404 && this.#session !== undefined && message.method
    if (!lost || this.#opening === undefined || message.revision !== undefined) return response
    await response.body?.cancel()
    await this.#reopen(this.#opening)
    return this.#post(message, { signal, again: false })
  }

  /** The runtime was started again: the client need not know. */
  async #reopen(opening: ClientMessage): Promise<void> {
    this.#session = undefined
    const response = await this.#post(opening, { signal: this.#over.signal, again: true })
    this.#session = response.headers.get('mcp-session-id') ?? undefined
    await response.text()
    const line = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
    const noted = await this.#post(
      { line, params: {} },
      { signal: this.#over.signal, again: false },
    )
    await noted.text()
    this.#options.say('the runtime lost the session; there is a new one')
  }

  async #post(
    message: ClientMessage,
    { signal, again }: { readonly signal: AbortSignal; readonly again: boolean },
  ): Promise<Response> {
    return fetch(this.#options.url, {
      method: 'POST',
      headers: {
        ...(await this.#headers(again)),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...mirroredHeaders(message),
      },
      body: message.line,
      dispatcher: this.#dispatcher,
      signal: AbortSignal.any([signal, this.#over.signal]),
    })
  }

  async #headers(again: boolean): Promise<Record<string, string>> {
    const token = await this.#options.token(again)
    return {
      authorization: `Bearer ${token}`,
      ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
      ...(this.#revision !== undefined && { 'mcp-protocol-version': this.#revision }),
    }
  }

  async #receive(response: Response, asked: ClientMessage, signal: AbortSignal): Promise<void> {
    const { id, method } = asked
    const { body, ok } = response
    const take = (line: string) => {
      if (method === 'initialize') this.#revision = revisionIn(line)
      this.#options.write(line)
    }
    if (body === null) return
    if (isStream(response)) {
      const connect = (lastId: string) => this.#listen(lastId, signal)
      return readAnswer(response, { id, take, connect, signal })
    }
    const said = (await response.text()).trim()
    if (said === '') return
    if (ok || id === undefined) return ok ? take(said.replaceAll(/\r?\n/g, '')) : this.#tell(said)
    take(answerOf(said, id))
  }

  #tell(said: string): void {
    this.#options.say(`the runtime refused a message: ${said.slice(0, 500)}`)
  }

  async #leave(): Promise<void> {
    if (this.#session === undefined) return
    const headers = await this.#headers(false)
    const signal = AbortSignal.timeout(LEAVING_WAIT_MS)
    const { url: target } = this.#options
    const leaving = { method: 'DELETE', headers, dispatcher: this.#dispatcher, signal }
    // The runtime ends a session that nobody uses, if this does not reach it.
    await fetch(target, leaving).catch(() => undefined)
  }
}

/** What was not read has no id in its error: the client still has to know which request failed. */
function answerOf(said: string, id: string | number): string {
  const answer = readLine(said)
  if (answer === undefined) return errorLine(id, INTERNAL_ERROR, 'the runtime gave no answer')
  return answer.id === undefined ? JSON.stringify({ ...JSON.parse(said), id }) : said
}

function revisionIn(line: string): string | undefined {
  const revision: unknown = JSON.parse(line).result?.protocolVersion
  return typeof revision === 'string' ? revision : undefined
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}
