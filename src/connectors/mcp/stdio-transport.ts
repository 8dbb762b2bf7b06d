import type { JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../pipeline/ports.ts'
import { FlowMeter } from './flow-meter.ts'
import { INITIALIZED, initializeParams, negotiated } from './handshake.ts'
import { BACKLOG_LIMIT_BYTES, type StdioOptions } from './options.ts'
import { PendingRequests } from './pending-requests.ts'
import { withToken } from './progress-token.ts'
import { kindOfLine } from './server-line.ts'
import { cancellation, protocol, quote, readServerMessage, unavailable } from './server-message.ts'
import { type ServerProcess, type StartProcess, startProcess } from './server-process.ts'
import type { RequestOptions, Transport, TransportEvents } from './transport.ts'
import { Unasked } from './unasked.ts'

/** A server as a process of its own, one message a line on its standard streams. */
export class StdioTransport implements Transport {
  readonly #events: TransportEvents
  readonly #pending = new PendingRequests()
  readonly #unasked: Unasked
  readonly #flow = new FlowMeter()
  readonly #server: ServerProcess
  #gone = false

  constructor(options: StdioOptions, events: TransportEvents, start: StartProcess = startProcess) {
    this.#events = events
    const send = (answer: JsonObject) => void this.#send(answer)
    this.#unasked = new Unasked({ pending: this.#pending, events, send })
    this.#server = start(options, {
      wrote: (line) => this.#receive(line),
      overflowed: () => this.#fail(protocol('the server sent a message that is too long')),
      said: (line) => events.said(line),
      ended: (reason) => this.#fail(unavailable(reason)),
    })
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    this.#unasked.declare(about.capabilities)
    const opening = { method: 'initialize', params: initializeParams(about) }
    const chosen = await this.request(opening, { waitMs })
    negotiated(chosen)
    this.#send(INITIALIZED)
    return chosen
  }

  async request({ method, params }: McpMessage, options: RequestOptions): Promise<JsonObject> {
    const { id, answer } = this.#pending.open(options, () => {
      // MCP 2025-11-25, cancellation: `initialize` must not be cancelled.
      if (method !== 'initialize') this.#send(cancellation(id))
    })
    const asked = options.progress ? withToken(params, id) : params
    if (!this.#send({ jsonrpc: '2.0', id, method, params: asked })) {
      this.#pending.fail(id, unavailable('the server takes no more messages'))
    }
    return answer
  }

  async listen(): Promise<void> {
    // A process says everything on its one stream.
  }

  notify({ method, params }: McpMessage): void {
    this.#send({ jsonrpc: '2.0', method, params })
  }

  async retire(): Promise<void> {
    await this.#pending.settled()
    await this.close()
  }

  close(): Promise<void> {
    this.#gone = true
    this.#pending.failAll(unavailable('the server is being stopped'))
    return this.#server.stop()
  }

  /** `false` when the message did not go, because the process is gone or has long not read. */
  #send(message: JsonObject): boolean {
    const { stdin } = this.#server
    if (this.#gone || stdin.writableLength > BACKLOG_LIMIT_BYTES) return false
    stdin.write(`${JSON.stringify(message)}\n`)
    return true
  }

  #receive(line: Buffer): void {
    if (this.#gone) return
    const kind = kindOfLine(line)
    if (kind === 'blank') return
    const isMessage = kind === 'message'
    try {
      if (isMessage && this.#isAnswer(readServerMessage(line), line.length)) return
      if (!isMessage) this.#events.said(quote(line.toString('utf8').trim()))
      const restMs = this.#flow.count(line.length)
      if (restMs > 0) this.#server.rest(restMs)
    } catch (error) {
      // Whose answer it was can't be known, so that all who wait have to be told.
      this.#fail(error as Error)
    }
  }

  /** Hands on a message. Was it an answer that somebody waited for? */
  #isAnswer(message: JsonObject, bytes: number): boolean {
    const { id, method } = message
    if (typeof method === 'string') this.#unasked.take(message)
    // Nobody waits where it came too late, or twice.
    else if (typeof id === 'number') return this.#pending.settle(id, message, bytes)
    return false
  }

  #fail(error: Error): void {
    this.#pending.failAll(error)
    if (this.#gone) return
    this.#gone = true
    this.#server.kill()
    this.#events.down(error)
  }
}
