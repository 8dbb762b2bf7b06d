import type { JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, AnswerStream, Gone, McpMessage } from '../../pipeline/ports.ts'

/** A connection to one server that carries JSON-RPC. Made anew when it goes down. */
export interface Transport {
  /**
   * Opens a session on behalf of a client. Resolves with what the server said of itself.
   * @throws PortcullisError as `request` does.
   */
  open(about: AboutClient, waitMs: number): Promise<JsonObject>
  /**
   * The `result` of a request, as it came.
   * @throws PortcullisError `UPSTREAM_REFUSED` only where the server says that it did not act;
   * `UPSTREAM_TIMEOUT`, `UPSTREAM_UNAVAILABLE`, `UPSTREAM_PROTOCOL` or `CALL_CANCELLED` where it
   * may have acted.
   */
  request(request: McpMessage, options: RequestOptions): Promise<JsonObject>
  /**
   * Hears from now on what the server says unasked, where that takes a stream of its own. Resolves
   * when it does, or cannot; never rejects.
   */
  listen(): Promise<void>
  /** Sends what has no answer; it may be lost. */
  notify(notification: McpMessage): void
  /** Ends when the requests under way have ended. */
  retire(): Promise<void>
  /** Ends the connection and whatever stands behind it; requests under way fail. */
  close(): Promise<void>
}

/** Who waits for the answer to one request, and for how long. */
export interface RequestOptions {
  readonly waitMs: number
  /** The answer is wanted no more: the server is told. */
  readonly cancelled?: Gone | undefined
  /** Is the server to report progress? The token is the transport's own. */
  readonly progress?: boolean | undefined
  /**
   * Is told how many bytes of the answer are there by now, and throws where they are too many: the
   * request then fails with that.
   */
  readonly grown?: ((bytes: number) => void) | undefined
  /** Is told what the server says about this request before it answers. */
  readonly told?: ((notification: McpMessage) => void) | undefined
  /** Is told that the answer comes as a stream, and that the server left it before the answer. */
  readonly streamed?: ((stream: AnswerStream) => void) | undefined
  /** Is asked what the server wants to know before it answers, until it withdraws that. */
  readonly asked?: ((request: McpMessage, withdrawn?: Gone) => Promise<JsonObject>) | undefined
  /** A result that asks for input goes to the client as it is (MCP 2026-07-28). */
  readonly passesInputRequests?: boolean | undefined
}

/** What a transport tells of its own accord. */
export interface TransportEvents {
  /** The server sent a notification that belongs to no request. */
  notified(notification: McpMessage): void
  /** The server asks something that belongs to no request. */
  asked?(request: McpMessage, withdrawn?: Gone): Promise<JsonObject>
  /** The session was lost, and there is another: the server has forgotten what it kept. */
  reopened?(): void
  /** The connection takes no more requests. */
  down(reason: Error): void
  /** The server wrote a line for people. At most `QUOTE_LIMIT` characters, none of them control. */
  said(line: string): void
  /** Something that the operator should know of, while the connection works. */
  warned?(event: 'downgraded' | 'tools_left_out', fields: JsonObject): void
}

/** The notification after which a server's tools have to be listed again. */
export const TOOLS_CHANGED = 'notifications/tools/list_changed'
