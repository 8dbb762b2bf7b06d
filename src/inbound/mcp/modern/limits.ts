/** What the door holds for clients of this era, and waits for, at most. */
export interface ModernLimits {
  /** Calls of one agent that wait for its input. */
  readonly inputsPerAgent: number
  /** Characters of the requests of one agent that wait for input. */
  readonly inputCharsPerAgent: number
  /** Characters of the requests of all agents together that wait for input. */
  readonly inputChars: number
  /** Calls of all agents together that wait for input. */
  readonly inputs: number
  /** Milliseconds for a client to come back with what it was asked for. */
  readonly inputWaitMs: number
  /** Milliseconds in which what a server asks is asked of its client at once. */
  readonly inputGatherMs: number
  /** Questions that one call may have open. */
  readonly asksPerCall: number
  /** How often one call may ask for input. */
  readonly inputRounds: number
  /** Streams of change notifications that one agent may have open. */
  readonly listensPerAgent: number
  /** Resources that one such stream may be told of. */
  readonly resourcesPerListen: number
  /** Tasks that one such stream may be told of. */
  readonly tasksPerListen: number
  /** Agents that are known at once, each with its run. */
  readonly agents: number
  /** Milliseconds without a request after which an agent's next one begins a new run. */
  readonly runIdleMs: number
  /** Different things that one agent may say of itself at the same time. */
  readonly guisesPerAgent: number
}

const MEBI = 1024 * 1024
const SECOND = 1000
const MINUTE = 60 * SECOND

export const DEFAULT_MODERN_LIMITS: ModernLimits = {
  inputsPerAgent: 32,
  inputCharsPerAgent: 8 * MEBI,
  inputChars: 128 * MEBI,
  inputs: 1024,
  inputWaitMs: 10 * MINUTE,
  inputGatherMs: 20,
  asksPerCall: 32,
  inputRounds: 16,
  listensPerAgent: 16,
  resourcesPerListen: 128,
  tasksPerListen: 128,
  agents: 4096,
  runIdleMs: 30 * MINUTE,
  guisesPerAgent: 8,
}
