/** What the MCP endpoint holds and waits for at most. */
export interface DoorLimits {
  /** Bytes of one body. */
  readonly bodyBytes: number
  /** Milliseconds for a body to arrive, from the end of the headers. */
  readonly bodyWaitMs: number
  /** Requests that one agent may have under way at once. */
  readonly requestsPerAgent: number
  /** Bytes of bodies that one agent may have under way at once. */
  readonly bytesPerAgent: number
  readonly sessionsPerAgent: number
  /** Sessions of all agents together. */
  readonly sessions: number
  /** Milliseconds without a request after which a session ends. */
  readonly sessionIdleMs: number
  readonly streamsPerSession: number
  /** Bytes that may wait for a reader of a stream before it is cut. */
  readonly streamBufferBytes: number
  readonly streamKeepAliveMs: number
  /** Milliseconds after which a stream ends, so that its reader has to prove itself again. */
  readonly streamLifetimeMs: number
  /** Messages of a stream that are kept for a client that loses its connection, and their bytes. */
  readonly replayedMessages: number
  readonly replayedBytes: number
  /** Answers of a session that are kept for clients that left while they were told. */
  readonly repliesKept: number
  /** Bytes of all of them; the newest goes where it is longer by itself. */
  readonly repliesKeptBytes: number
  /** Milliseconds after which a client whose stream broke is to come back. */
  readonly streamRetryMs: number
  /** Resources that one session is told the changes of. */
  readonly subscriptionsPerSession: number
  readonly toolsPerPage: number
  /** Entries of a merged list after which a page ends; the last server's page is not cut. */
  readonly entriesPerPage: number
  /** Pages of servers that go into one page of a merged list. */
  readonly pagesPerList: number
  /** Milliseconds for each of them; who takes longer is left out of that list. */
  readonly federatedWaitMs: number
  /** Requests of servers that one session has to answer at once. */
  readonly asksPerSession: number
  /** Milliseconds for a client to answer one of them: often a person has to. */
  readonly askWaitMs: number
  /** Milliseconds between two signs of life of a call that waits for approval. */
  readonly heldProgressMs: number
  /** Tasks that one agent can come back to. */
  readonly tasksPerAgent: number
  /** Tasks of all agents together. */
  readonly tasks: number
}

const MEBIBYTE = 1024 * 1024
const SECOND = 1000
const MINUTE = 60 * SECOND

export const DEFAULT_DOOR_LIMITS: DoorLimits = {
  bodyBytes: 4 * MEBIBYTE,
  bodyWaitMs: 20 * SECOND,
  requestsPerAgent: 512,
  bytesPerAgent: 64 * MEBIBYTE,
  sessionsPerAgent: 256,
  sessions: 4096,
  sessionIdleMs: 30 * MINUTE,
  streamsPerSession: 4,
  streamBufferBytes: 64 * 1024,
  streamKeepAliveMs: 15 * SECOND,
  streamLifetimeMs: 15 * MINUTE,
  replayedMessages: 64,
  replayedBytes: 256 * 1024,
  repliesKept: 8,
  repliesKeptBytes: 32 * MEBIBYTE,
  streamRetryMs: SECOND,
  subscriptionsPerSession: 256,
  toolsPerPage: 256,
  entriesPerPage: 256,
  pagesPerList: 32,
  federatedWaitMs: 5 * SECOND,
  asksPerSession: 16,
  askWaitMs: 5 * MINUTE,
  heldProgressMs: 10 * SECOND,
  tasksPerAgent: 256,
  tasks: 16_384,
}

/** What the listener allows a connection, before any door sees a request. */
export interface ListenerLimits {
  readonly connections: number
  readonly headerBytes: number
  /** Milliseconds for the headers of a request, and for a TLS handshake. */
  readonly headersWaitMs: number
  /** Milliseconds for a whole request; more than the headers and a body may take together. */
  readonly requestWaitMs: number
  /** How often connections are held against these waits, in milliseconds. */
  readonly checkEveryMs: number
  /** Milliseconds that a connection may stay open between requests. */
  readonly keepAliveMs: number
  /** Milliseconds in which no byte moves; more than the longest call of a tool. */
  readonly silenceMs: number
}

export const DEFAULT_LISTENER_LIMITS: ListenerLimits = {
  connections: 1024,
  headerBytes: 16 * 1024,
  headersWaitMs: 10 * SECOND,
  requestWaitMs: 35 * SECOND,
  checkEveryMs: 2 * SECOND,
  keepAliveMs: 60 * SECOND,
  silenceMs: 10 * MINUTE,
}
