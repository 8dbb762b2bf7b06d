import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { FlowMeter } from '../flow-meter.ts'
import { BACKLOG_LIMIT_BYTES, type StdioOptions } from '../options.ts'
import { kindOfLine } from '../server-line.ts'
import {
  paramsOf,
  protocol,
  quote,
  readServerMessage,
  resultOf,
  unavailable,
} from '../server-message.ts'
import { type ServerProcess, type StartProcess, startProcess } from '../server-process.ts'
import type { TransportEvents } from '../transport.ts'
import { Underway } from '../underway.ts'
import { DISCOVER, META, metaOf } from './revision.ts'
import type { Wire, WireOptions, WireRequest } from './wire.ts'

interface Asked {
  readonly underway: Underway
  readonly told: WireOptions['told']
  readonly grown: WireOptions['grown']
  readonly hearsLogs: boolean
}

/** A server as a process of its own, without sessions (MCP 2026-07-28, stdio). */
export class StdioWire implements Wire {
  readonly #events: TransportEvents
  readonly #asked = new Map<string, Asked>()
  readonly #flow = new FlowMeter()
  readonly #server: ServerProcess
  #gone = false

  constructor(options: StdioOptions, events: TransportEvents, start: StartProcess = startProcess) {
    this.#events = events
    this.#server = start(options, {
      wrote: (line) => this.#receive(line),
      overflowed: () => this.#fail(protocol('the server sent a message that is too long')),
      said: (line) => events.said(line),
      ended: (reason) => this.#fail(unavailable(reason)),
    })
  }

  async send({ id, method, params }: WireRequest, options: WireOptions): Promise<JsonObject> {
    const underway = new Underway(options, () => {
      this.#asked.delete(id)
      // One with sessions has none yet, in which it could be told of anything.
      if (method !== DISCOVER) this.#cancel(id)
    })
    const hearsLogs = META.logLevel in metaOf(params)
    const { told, grown } = options
    this.#asked.set(id, { underway, told, grown, hearsLogs })
    if (!this.#write({ jsonrpc: '2.0', id, method, params })) {
      this.#asked.delete(id)
      underway.fail(unavailable('the server takes no more messages'))
    }
    return await underway.answer
  }

  notify({ method, params }: McpMessage): void {
    this.#write({ jsonrpc: '2.0', method, params })
  }

  /** There are no headers. */
  learn(listed: JsonObject): JsonObject {
    return listed
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#asked.values()].map(({ underway }) => underway.answer))
  }

  async close(): Promise<void> {
    this.#gone = true
    this.#failAll(unavailable('the server is being stopped'))
    await this.#server.stop()
  }

  #cancel(requestId: string): void {
    this.notify({ method: 'notifications/cancelled', params: { requestId } })
  }

  /** `false` when the message did not go, because the process is gone or has long not read. */
  #write(message: JsonObject): boolean {
    const { stdin } = this.#server
    if (this.#gone || stdin.writableLength > BACKLOG_LIMIT_BYTES) return false
    stdin.write(`${JSON.stringify(message)}\n`)
    return true
  }

  #receive(line: Buffer): void {
    if (this.#gone) return
    const kind = kindOfLine(line)
    if (kind === 'blank') return
    try {
      if (kind === 'message') this.#take(readServerMessage(line), line.length)
      else this.#events.said(quote(line.toString('utf8').trim()))
      const restMs = this.#flow.count(line.length)
      if (restMs > 0) this.#server.rest(restMs)
    } catch (error) {
      // Whose answer it was can't be known, so that all who wait have to be told.
      this.#fail(error as Error)
    }
  }

  #take(message: JsonObject, bytes: number): void {
    const { id, method } = message
    if (typeof method === 'string') {
      // A server must not ask anything here: a request is left without an answer.
      if (id === undefined) this.#tell({ method, params: paramsOf(message) })
      return
    }
    const key = typeof id === 'string' ? id : this.#onlyOne(message)
    const asked = key === undefined ? undefined : this.#asked.get(key)
    if (key === undefined || asked === undefined) return
    this.#asked.delete(key)
    asked.underway.settle(() => {
      asked.grown?.(bytes)
      return resultOf(message)
    })
  }

  /** An error without an id, as of what could not be read, is of the one that was asked. */
  #onlyOne({ id, error }: JsonObject): string | undefined {
    const unnamed = error !== undefined && (id === undefined || id === null)
    return unnamed && this.#asked.size === 1 ? [...this.#asked.keys()][0] : undefined
  }

  /** Everything comes on one channel: what a notification names says whose it is. */
  #tell(notification: McpMessage): void {
    const { method, params } = notification
    const named = metaOf(params)[META.subscription] ?? params.progressToken
    const logs = method === 'notifications/message'
    if (typeof named === 'string') {
      this.#asked.get(named)?.told(notification)
    } else {
      const all = [...this.#asked.values()].filter(({ hearsLogs }) => hearsLogs || !logs)
      if (all.length === 1) all[0]?.told(notification)
      // Whose log it is can't be known, but whose process.
      else if (logs && all.length > 1) this.#events.notified(notification)
    }
  }

  #fail(error: Error): void {
    this.#failAll(error)
    if (this.#gone) return
    this.#gone = true
    this.#server.kill()
    this.#events.down(error)
  }

  #failAll(error: Error): void {
    for (const { underway } of this.#asked.values()) underway.fail(error)
    this.#asked.clear()
  }
}
