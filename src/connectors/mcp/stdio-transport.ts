import type { JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../pipeline/ports.ts'
import { INITIALIZED, initializeParams, negotiated } from './handshake.ts'
import { BACKLOG_LIMIT_BYTES, type StdioOptions } from './options.ts'
import { PendingRequests } from './pending-requests.ts'
import {
  answerTo,
  cancellation,
  paramsOf,
  protocol,
  quote,
  readServerMessage,
  unavailable,
} from './server-message.ts'
import { type ServerProcess, startProcess } from './server-process.ts'
import type { RequestOptions, Transport, TransportEvents } from './transport.ts'

const SPACES = new Set(Buffer.from(' \t\r'))
const JSON_STARTS = new Set(Buffer.from('{['))

/** A server as a process of its own, one message a line on its standard streams. */
export class StdioTransport implements Transport {
  readonly #events: TransportEvents
  readonly #pending = new PendingRequests()
  readonly #server: ServerProcess
  #gone = false

  constructor(options: StdioOptions, events: TransportEvents) {
    this.#events = events
    this.#server = startProcess(options, {
      wrote: (line) => this.#receive(line),
      overflowed: () => this.#fail(protocol('the server sent a message that is too long')),
      said: (line) => events.said(line),
      ended: (reason) => this.#fail(unavailable(reason)),
    })
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    const opening = { method: 'initialize', params: initializeParams(about) }
    const chosen = await this.request(opening, { waitMs })
    negotiated(chosen)
    this.#send(INITIALIZED)
    return chosen
  }

  request({ method, params }: McpMessage, { waitMs }: RequestOptions): Promise<JsonObject> {
    const { id, answer } = this.#pending.open(waitMs, () => {
      // MCP 2025-11-25, cancellation: `initialize` must not be cancelled.
      if (method !== 'initialize') this.#send(cancellation(id))
    })
    if (!this.#send({ jsonrpc: '2.0', id, method, params })) {
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

  retire(): Promise<void> {
    return this.close()
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
    const start = line.find((byte) => !SPACES.has(byte))
    if (start === undefined) return
    // MCP allows nothing but messages here; yet servers greet, and a greeting is no broken answer.
    const isMessage = JSON_STARTS.has(start)
    try {
      if (isMessage) this.#take(readServerMessage(line))
      else this.#events.said(quote(line.toString('utf8').trim()))
    } catch (error) {
      // Whose answer it was can't be known, so that all who wait have to be told.
      this.#fail(error as Error)
    }
  }

  #take(message: JsonObject): void {
    const { id, method } = message
    if (typeof method === 'string') {
      if (id === undefined) this.#events.notified({ method, params: paramsOf(message) })
      else this.#send(answerTo(id, method))
    } else if (typeof id === 'number') {
      // Nobody waits: it came too late, or twice.
      this.#pending.settle(id, message)
    }
  }

  #fail(error: Error): void {
    this.#pending.failAll(error)
    if (this.#gone) return
    this.#gone = true
    this.#server.kill()
    this.#events.down(error)
  }
}
