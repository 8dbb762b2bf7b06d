import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { AnswerRoom } from './answer-ports.ts'
import type { Gone } from './approval-ports.ts'

/** A message of JSON-RPC without its frame: a request, or a notification. */
export interface McpMessage {
  readonly method: string
  readonly params: JsonObject
}

/** A notification, and which server sent it. */
export interface ServerNotice {
  readonly server: string
  readonly notification: McpMessage
}

/** What one side of MCP says of itself when it opens a session, or with every request. */
export interface AboutClient {
  /** The revision of MCP that it speaks. */
  readonly protocolVersion: string
  readonly capabilities: JsonObject
  readonly clientInfo: JsonObject
}

export interface AboutServer {
  readonly protocolVersion: string
  readonly capabilities: JsonObject
  readonly serverInfo: JsonObject
  readonly instructions?: string
  /** Whatever else it said. */
  readonly beside: JsonObject
}

/** A client of the runtime while it is connected: what servers keep, they keep for it alone. */
export interface McpClient {
  /** Its session, which is the run of its receipts. */
  readonly session: string
  readonly identity: Identity
  /** Mirrored to servers: nothing more is ever declared than the client did. */
  readonly about: AboutClient
  /** Passes on a notification that belongs to no request of the client. Never throws. */
  tell(server: string, notification: McpMessage): void
  /**
   * Asks the client what belongs to no request of its own, until its server withdraws it.
   * @throws PortcullisError when the policy refuses it, or nobody answers; `CALL_CANCELLED`.
   */
  ask(server: string, request: McpMessage, withdrawn?: Gone): Promise<JsonObject>
}

/**
 * The stream of events that a server answers with: one within a session, to which a client may come
 * back, or one of a request that stands alone. One that is `left` was closed by the server before
 * the answer was there, for its client to come back.
 */
export type AnswerStream = 'of session' | 'alone' | 'left'

/** Who waits for one action, and may be spoken to until it is done. */
export interface Caller {
  readonly client: McpClient
  /** The client wants the answer no more: whoever works on it is to be told. */
  readonly cancelled?: Gone
  /** Does it take a result that asks for input (MCP 2026-07-28, multi round-trip requests)? */
  readonly takesInputRequests?: boolean
  /** False where no progress was asked for: the server is then not asked for any. */
  readonly takesProgress?: boolean
  /** Passes on a notification that belongs to this action. Never throws. */
  tell(server: string, notification: McpMessage): void
  /** The server answers with a stream: so may whoever serves the client. Never throws. */
  streamed?(stream: AnswerStream): void
  /**
   * Asks the client for what its server needs to go on, until the server withdraws it.
   * @throws PortcullisError when the policy refuses it, or nobody answers; `CALL_CANCELLED`.
   */
  ask(server: string, request: McpMessage, withdrawn?: Gone): Promise<JsonObject>
}

/** Methods of lists, which are shown filtered and are no actions. */
export type ListMethod =
  | 'tools/list'
  | 'resources/list'
  | 'resources/templates/list'
  | 'prompts/list'

/** What doors may learn of MCP servers beside what they hand to the guard. */
export interface McpUpstreams {
  /** Names of the servers there are now. */
  servers(): readonly string[]
  /** What a server told the runtime itself; nothing as long as it has not. Opens nothing. */
  declared?(server: string): AboutServer | undefined
  /**
   * What a server answered when it was opened for this client.
   * @throws PortcullisError `UPSTREAM_*`.
   */
  about(server: string, client: McpClient): Promise<AboutServer>
  /**
   * One page of a list, as the server gave it. Whoever shows it filters it.
   * @throws PortcullisError `UPSTREAM_*`.
   */
  list(server: string, page: ListPage, asker: ListAsker): Promise<JsonObject>
  /**
   * The client hears from now on what servers say unasked: those that have something open for it,
   * or will, are listened to. What a client does not listen for is not kept for it.
   */
  listen(client: McpClient): void
  /** The client has gone: what is kept for it alone may end. */
  leave(client: McpClient): void
}

/** Who waits for a page of a list: nobody is asked anything for it. */
export type ListAsker = Pick<Caller, 'client' | 'streamed'>

export interface ListPage {
  readonly method: ListMethod
  readonly params: JsonObject
  /** Where it is counted while it is in memory. */
  readonly room?: AnswerRoom | undefined
}
