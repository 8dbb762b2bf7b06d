import type { buildConnector } from 'undici'

/** What a server speaks: found out, without sessions, with them, or over the old transport. */
export type Protocol = 'auto' | '2026-07-28' | 'legacy' | 'sse'

/** How to reach one MCP server. */
export type McpServerOptions = StdioOptions | HttpOptions

/**
 * Whether a server keeps a session or process for each agent, or one for all of them. Only one that
 * keeps nothing for its clients may be shared.
 */
export type Isolation = 'agent' | 'shared'

export interface StdioOptions {
  readonly transport: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  /** All that the server's process gets beside `PATH`, `HOME` and `LANG`. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly callTimeoutMs: number
  /** By default `agent`. */
  readonly isolation?: Isolation
  /** By default it is found out. */
  readonly protocol?: Exclude<Protocol, 'sse'>
}

export interface HttpOptions {
  readonly transport: 'http'
  readonly url: string
  /** Sent with every request: the credential that agents never see. Never logged. */
  readonly headers: Readonly<Record<string, string>>
  readonly callTimeoutMs: number
  /** By default `agent`. */
  readonly isolation?: Isolation
  /** By default it is found out. */
  readonly protocol?: Protocol
  /** How connections to it are opened; by default as Node does. */
  readonly connect?: buildConnector.connector
}

const MEBIBYTE = 1024 * 1024

/** Bytes of one message from a server. */
export const MESSAGE_LIMIT_BYTES = 16 * MEBIBYTE
/** How deep a result may nest. Less than what has a canonical form: a receipt has to cover it. */
export const RESULT_DEPTH_LIMIT = 100
/** Values in a result, of all depths: what many small ones cost to look at, their bytes hide. */
export const RESULT_VALUES_LIMIT = 500_000
/** Pages of `tools/list` that are followed. */
export const TOOL_PAGES_LIMIT = 100
/** Tools that one server may offer. */
export const TOOLS_LIMIT = 10_000
/** Characters of all definitions of one server's tools, as JSON. */
export const TOOLS_LIMIT_CHARS = 16 * MEBIBYTE
/** Characters of a server's text that an error or a log line keeps. */
export const QUOTE_LIMIT = 300

/** How long a server may take to open a session and list its tools, in milliseconds. */
export const OPENING_WAIT_MS = 30_000
/** How long a server's process may take to end before it is killed, in milliseconds. */
export const STOPPING_WAIT_MS = 2_000
/** Waits before a server that went down is tried again, in milliseconds; the last one repeats. */
export const RETRY_WAITS_MS: readonly number[] = [200, 1_000, 5_000, 30_000]
/** A server that stayed up for so long, in milliseconds, is tried again without growing waits. */
export const STEADY_MS = 30_000
/** Rest between two listings of a server's tools that it says have changed, in milliseconds. */
export const REFRESH_REST_MS = 500

/** How often a server's tools are listed, whatever it announces, in milliseconds. */
export const DEFAULT_RELIST_MS = 300_000
/** Bytes that may wait for a server's process that does not read. */
export const BACKLOG_LIMIT_BYTES = 64 * MEBIBYTE
/** Connections kept to one HTTP server for calls; further calls wait for one. */
export const CONNECTIONS_LIMIT = 1_024
/** Connections to one HTTP server for streams that stay open; further ones wait. */
export const STREAM_CONNECTIONS_LIMIT = 2_048
/** How long a connection may take to be made, in milliseconds. */
export const CONNECTING_WAIT_MS = 5_000
/** How long a stream may stay open once it has given the answer, in milliseconds. */
export const LINGERING_WAIT_MS = 1_000
/** How long an HTTP server may take to note what needs no answer, in milliseconds. */
export const NOTING_WAIT_MS = 1_000
/** Messages under way to one HTTP server that need no answer; further ones are dropped. */
export const NOTES_LIMIT = 64
/** Requests under way on one link; further ones are refused. */
export const REQUESTS_LIMIT = 128
/** Bytes of the id of an event, which is sent back to have a stream go on. */
export const EVENT_ID_LIMIT_BYTES = 1_024
/** How often in a row a stream that broke is resumed, and one that was left without a rest. */
export const RESUMES_LIMIT = 5
/** The longest wait that a server may ask for before its stream is resumed, in milliseconds. */
export const RESUME_WAIT_LIMIT_MS = 30_000
/** The wait where it asks for none, in milliseconds. */
export const RESUME_WAIT_MS = 1_000
/** How long the opening of a stream of notifications may hold up a call, in milliseconds. */
export const LISTENING_WAIT_MS = 1_000
/** How long the setting of a log level may hold up the call that wants it, in milliseconds. */
export const LEVEL_WAIT_MS = 1_000
/** What a server may ask in the course of one request. */
export const ASKS_PER_REQUEST_LIMIT = 100
/** What it may ask in a minute that belongs to no request. */
export const UNASKED_PER_MINUTE_LIMIT = 60
/** What it may ask at one time over one link. */
export const OPEN_ASKS_LIMIT = 16
/** What a server may say unasked over one link in a second; then it is not read for a while. */
export const SAYINGS_PER_SECOND_LIMIT = 5_000
/** Bytes that count as one saying. */
export const SAYING_BYTES = 4_096
/** Links to one HTTP server. */
export const LINKS_PER_SERVER_LIMIT = 2_048
/** Processes of one server behind standard streams, each of them a link. */
export const PROCESSES_PER_SERVER_LIMIT = 64
/** Links of one agent to one server: one for each person it acts for, and each thing it says. */
export const LINKS_PER_AGENT_LIMIT = 16
/** How long a link is kept that nobody uses, in milliseconds. */
export const LINK_IDLE_WAIT_MS = 300_000
/** How long one is kept that all its clients have left, in milliseconds: they may come back. */
export const LEFT_LINK_WAIT_MS = 5_000
/** How long a call waits for a link that went down to be tried again, in milliseconds. */
export const REOPENING_PATIENCE_MS = 1_000
/** Clients of one agent that are told what a server says over their link. */
export const CLIENTS_PER_LINK_LIMIT = 64
/** Resources that one link is told to be subscribed to again after it went down. */
export const SUBSCRIPTIONS_LIMIT = 1_000
/** Characters of all tools of one server that only single links have. */
export const OWN_TOOLS_LIMIT_CHARS = 64 * MEBIBYTE
/** How long the calls under way to a server that is removed may take, in milliseconds. */
export const RETIRING_WAIT_MS = 10_000

/** The wait before attempt number `failures`, counted from 0. */
export function retryWaitMs(failures: number): number {
  return RETRY_WAITS_MS[Math.min(failures, RETRY_WAITS_MS.length - 1)] ?? 0
}
