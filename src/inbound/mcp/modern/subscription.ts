import type { ServerResponse } from 'node:http'
import { codeOf } from '../../../kernel/errors.ts'
import type { Credential } from '../../../kernel/identity/credential.ts'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { MessageId } from '../../../kernel/jsonrpc/message.ts'
import type { Channel, McpClient, McpMessage } from '../../../pipeline/ports.ts'
import { type EventStream, openEventStream } from '../event-stream.ts'
import { outwardNotice } from '../scopes/outward.ts'
import { checkTaskQuestions } from '../tasks/task-questions.ts'
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
  /** Ids, as the client knows them. */
  readonly tasks: readonly string[]
}

/** What is followed one by one, each by its name. */
export const FOLLOWED = ['resources', 'tasks'] as const
export type Followed = (typeof FOLLOWED)[number]

export interface FollowedName {
  readonly what: Followed
  readonly name: string
}

export interface SubscriptionParts {
  /** Of the request that opens it, which is its name as well. */
  readonly id: MessageId
  readonly identity: Identity
  /** What a task asks is decided on as for who opened it. */
  readonly credential: Credential
  readonly client: McpClient
  readonly channel: Channel
  /** The server whose changes it tells of; absent where all of them are offered as one. */
  readonly server: string | undefined
  readonly wanted: Filter
}

/** Notifications that may come before the stream is open. */
const EARLY_LIMIT = 64
/** Notifications of tasks that may wait for a decision on what they ask. */
const UNDECIDED_LIMIT = 64
/** SEP-2663, task status notifications. */
const TASK = 'notifications/tasks'
/** How much earlier it is ended with a word than it would be cut, in milliseconds. */
const GRACE_MS = 5_000

type DoorOfStream = Pick<Door, 'gate' | 'limits' | 'log' | 'tasks'>

/** One open `subscriptions/listen`. */
export class Subscription implements Listener {
  readonly #parts: SubscriptionParts
  readonly #door: DoorOfStream
  readonly #early: string[] = []
  #filter: Filter
  #stream: EventStream | undefined
  #isOver = false
  #decided: Promise<void> = Promise.resolve()
  #undecided = 0

  constructor(parts: SubscriptionParts, door: DoorOfStream) {
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

  isFor(
    { what, name }: FollowedName,
    { client, server }: Pick<SubscriptionParts, 'client' | 'server'>,
  ): boolean {
    const own = this.#parts
    if (own.client !== client || own.server !== server) return false
    return this.#filter[what].includes(name)
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
    const { method, params } = notification
    // That a list is another one now says nothing: whoever asks for it gets what it may see.
    if (method.endsWith('/list_changed')) {
      this.#send({ method, params: {} })
      return
    }
    const { gate, tasks } = this.#door
    const heard = gate.overheard(identity, { server, notification }, channel)
    if (heard === undefined) return
    if (method !== TASK) this.#send(outside(heard))
    else if (tasks.owns(identity, { server, task: params.taskId })) {
      this.#hearTask(server, heard.params, () => this.#send(outside(heard)))
    }
  }

  /** In the order in which they came: what a task asks is decided on before it is told. */
  #hearTask(server: string, task: JsonObject, tell: () => void): void {
    const { log } = this.#door
    if (this.#undecided >= UNDECIDED_LIMIT) {
      log.warn('mcp.task.untold', { server, code: 'CLIENT_BUSY' })
      return
    }
    this.#undecided++
    this.#decided = this.#decided
      .then(() => checkTaskQuestions({ server, task }, this.#parts, this.#door))
      .then(tell)
      .catch((error) => log.warn('mcp.task.untold', { server, code: codeOf(error) }))
      .finally(() => void this.#undecided--)
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
    const { tools, prompts, resourceList, resources, tasks } = this.#filter
    switch (method) {
      case 'notifications/tools/list_changed':
        return tools
      case 'notifications/prompts/list_changed':
        return prompts
      case 'notifications/resources/list_changed':
        return resourceList
      case 'notifications/resources/updated':
        return isPartOf(params.uri, resources)
      case TASK:
        return tasks.some((own) => own === params.taskId)
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
function told({ tools, prompts, resourceList, resources, tasks }: Filter): JsonObject {
  return {
    ...(tools && { toolsListChanged: true }),
    ...(prompts && { promptsListChanged: true }),
    ...(resourceList && { resourcesListChanged: true }),
    ...(resources.length > 0 && { resourceSubscriptions: resources }),
    ...(tasks.length > 0 && { taskIds: tasks }),
  }
}
