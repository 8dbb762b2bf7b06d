import type { JsonObject } from '../../kernel/json/value.ts'

/** A connection to one server that carries JSON-RPC. Made anew when it goes down. */
export interface Transport {
  /**
   * Opens a session. Resolves with what the server answered to `initialize`.
   * @throws PortcullisError as `request` does.
   */
  open(waitMs: number): Promise<JsonObject>
  /**
   * The `result` of a request, as it came.
   * @throws PortcullisError `UPSTREAM_REFUSED` only where the server says that it did not act;
   * `UPSTREAM_TIMEOUT`, `UPSTREAM_UNAVAILABLE` or `UPSTREAM_PROTOCOL` where it may have acted.
   */
  request(method: string, params: JsonObject, waitMs: number): Promise<JsonObject>
  /** Ends when the requests under way have ended. */
  retire(): Promise<void>
  /** Ends the connection and whatever stands behind it; requests under way fail. */
  close(): Promise<void>
}

/** What a transport tells of its own accord. */
export interface TransportEvents {
  /** The server sent a notification. */
  notified(method: string): void
  /** The connection takes no more requests. */
  down(reason: Error): void
  /** The server wrote a line for people. At most `QUOTE_LIMIT` characters, none of them control. */
  said(line: string): void
}

/** The notification after which a server's tools have to be listed again. */
export const TOOLS_CHANGED = 'notifications/tools/list_changed'
