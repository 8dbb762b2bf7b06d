import type { ServerResponse } from 'node:http'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { MessageId } from '../../../kernel/jsonrpc/message.ts'
import type { Channel, McpClient, McpMessage } from '../../../pipeline/ports.ts'
import { type EventStream, openEventStream } from '../event-stream.ts'
import { outwardNotice } from '../scopes/outward.ts'
import type { Door } from '../visit.ts'
import { META } from './era.ts'
import type { Listener } from './presences.ts'

/** Of which changes a stream tells. */
export interface Filter {
  readonly tools: boolean
  readonly prompts: boolean
  readonly resourceList: boolean
  /** URIs, as the client knows them. */
  readonly resources: readonly string[]
}

export interface SubscriptionParts {
  /** Of the request that opens it, which is its name as well. */
  readonly id: MessageId
  readonly identity: Identity
  readonly client: McpClient
  readonly channel: Channel
  /** The server whose changes it tells of; absent where all of them are offered as one. */
  readonly server: string | undefined
  readonly wanted: Filter
}

/** Notifications that may come before the stream is open. */
const EARLY_LIMIT = 64
/** How much earlier it is ended with a word than it would be cut, in milliseconds. */
const GRACE_MS = 5_000

/** One open `subscriptions/listen`. */
export class Subscription implements Listener {
  readonly #parts: SubscriptionParts
  readonly #door: Pick<Door, 'gate' | 'limits'>
  readonly #early: string[] = []
  #filter: Filter
  #stream: EventStream | undefined
  #isOver = false

  constructor(parts: SubscriptionParts, door: Pick<Door, 'gate' | 'limits'>) {
    this.#parts = parts
    this.#door = door
    this.#filter = parts.wanted
  }

  get identity(): Identity {
    return this.#parts.identity
  }

  get client(): McpClient {
    return this.#parts.client
  }

  /** From now on it is this that it tells of. */
  honour(filter: Filter): void {
    this.#filter = filter
  }

  isFor(uri: string, { client, server }: Pick<SubscriptionParts, 'client' | 'server'>): boolean {
    const own = this.#parts
    if (own.client !== client || own.server !== server) return false
    return this.#filter.resources.includes(uri)
  }

  /** The acknowledgement goes first, whatever has happened already. */
  open(response: ServerResponse, onClose: () => void): void {
    if (response.destroyed || this.#isOver) {
      response.end()
      onClose()
      return
    }
    const { limits } = this.#door
    const lifetime = setTimeout(() => this.end(), limits.streamLifetimeMs)
    const cutAfter = { ...limits, streamLifetimeMs: limits.streamLifetimeMs + GRACE_MS }
    const stream = openEventStream(response, cutAfter, () => {
      clearTimeout(lifetime)
      onClose()
    })
    const notifications = told(this.#filter)
    stream.send(
      this.#tagged({
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications },
      }),
    )
    for (const message of this.#early.splice(0)) stream.send(message)
    this.#stream = stream
  }

  /** What a server says, as far as this stream is for it and the agent may still read it. */
  hear(server: string, notification: McpMessage): void {
    const { identity, channel, server: only } = this.#parts
    if (only !== undefined && server !== only) return
    const outside = (notice: McpMessage) =>
      only === undefined ? outwardNotice(server, notice) : notice
    if (!this.#isWanted(outside(notification))) return
    // That a list is another one now says nothing: whoever asks for it gets what it may see.
    if (notification.method !== 'notifications/resources/updated') {
      this.#send({ method: notification.method, params: {} })
      return
    }
    const heard = this.#door.gate.overheard(identity, { server, notification }, channel)
    if (heard !== undefined) this.#send(outside(heard))
  }

  /** The tools may be others now, for the runtime or its policies. */
  toolsChanged(): void {
    const notification = { method: 'notifications/tools/list_changed', params: {} }
    if (this.#isWanted(notification)) this.#send(notification)
  }

  /** Ends it with the answer to the request that opened it. */
  end(): void {
    this.#isOver = true
    const { id } = this.#parts
    const result = { resultType: 'complete', _meta: { [META.subscription]: id } }
    const stream = this.#stream
    stream?.send(JSON.stringify({ jsonrpc: '2.0', id, result }))
    // A reader that keeps up has it by then; another one is cut, and learns it by that.
    setImmediate(() => stream?.end())
  }

  #isWanted({ method, params }: McpMessage): boolean {
    const { tools, prompts, resourceList, resources } = this.#filter
    switch (method) {
      case 'notifications/tools/list_changed':
        return tools
      case 'notifications/prompts/list_changed':
        return prompts
      case 'notifications/resources/list_changed':
        return resourceList
      case 'notifications/resources/updated':
        return isPartOf(params.uri, resources)
      default:
        return false
    }
  }

  #send(notification: McpMessage): void {
    const message = this.#tagged(notification)
    if (this.#stream !== undefined) this.#stream.send(message)
    else if (this.#early.length < EARLY_LIMIT) this.#early.push(message)
  }

  #tagged({ method, params }: McpMessage): string {
    const meta = isJsonObject(params._meta) ? params._meta : {}
    const _meta = { ...meta, [META.subscription]: this.#parts.id }
    return JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta } })
  }
}

/** MCP, resources: what changes may be a part of what was subscribed to. */
function isPartOf(uri: JsonValue | undefined, resources: readonly string[]): boolean {
  return typeof uri === 'string' && resources.some((own) => uri.startsWith(own))
}

/** The filter as the protocol writes it, without what is not told of. */
function told({ tools, prompts, resourceList, resources }: Filter): JsonObject {
  return {
    ...(tools && { toolsListChanged: true }),
    ...(prompts && { promptsListChanged: true }),
    ...(resourceList && { resourcesListChanged: true }),
    ...(resources.length > 0 && { resourceSubscriptions: resources }),
  }
}
