import type { JsonObject } from '../../../kernel/json/value.ts'
import type { AnswerStream, Gone, McpMessage } from '../../../pipeline/ports.ts'

/** How requests without a session get to a server and their answers back. */
export interface Wire {
  /**
   * The result of one request. What the server says about it before is told as it comes.
   * @throws PortcullisError as `Transport.request` does; `Unreachable` when nothing was sent.
   */
  send(request: WireRequest, options: WireOptions): Promise<JsonObject>
  /** Sends what has no answer; it may be lost. */
  notify(notification: McpMessage): void
  /** What of a page of tools may be used over this wire. */
  learn(listed: JsonObject): JsonObject
  /** Resolves when no request is under way. */
  settled(): Promise<void>
  /** Ends it and whatever stands behind it; requests under way fail. */
  close(): Promise<void>
}

export interface WireRequest extends McpMessage {
  /** Never used twice. */
  readonly id: string
}

export interface WireOptions {
  /** Without it, it may take for ever. */
  readonly waitMs?: number | undefined
  readonly cancelled?: Gone | undefined
  /** As `RequestOptions` has it. */
  readonly grown?: ((bytes: number) => void) | undefined
  told(notification: McpMessage): void
  /** Is told that the answer comes as a stream. */
  readonly streamed?: ((stream: AnswerStream) => void) | undefined
}
