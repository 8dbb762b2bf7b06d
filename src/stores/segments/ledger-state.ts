import { PortcullisError } from '../../kernel/errors.ts'
import { checkpointText } from '../../kernel/tlog/checkpoint.ts'
import { isLogOfNode } from '../../kernel/tlog/note.ts'
import { Frontier } from './frontier.ts'

/** Number of the log that has the heads of all others as its leaves. */
export const NODE_LOG = 0

/** Most logs that one ledger has. Each takes room in every snapshot. */
export const MAX_LOGS = 10_000

/** Longest name of a tenant, in characters. */
export const MAX_TENANT_LENGTH = 128

/** A log of a tenant by its number in frames and by its name on checkpoints. */
export interface LogName {
  readonly log: number
  readonly origin: string
  readonly tenant: string
}

/** A log while it grows. The node log has no tenant. */
export interface GrowingLog {
  readonly log: number
  readonly origin: string
  readonly tenant?: string
  readonly frontier: Frontier
  /** Leaves under the last checkpoint that was signed under the log's own name. */
  signed?: number
  /** Where in the node log its last head stands. */
  head?: number
}

/** A decision that dispatched an action of which no outcome is recorded yet. */
export interface OpenAction {
  readonly log: number
  /** Text of the leaf. */
  readonly leaf: string
}

/** All logs of a ledger as they are at one place in its files. */
export class LedgerState {
  readonly node: GrowingLog
  readonly #logs: GrowingLog[]
  readonly #byOrigin = new Map<string, GrowingLog>()

  /** A ledger without a receipt. */
  static empty(origin: string): LedgerState {
    return new LedgerState([{ log: NODE_LOG, origin, frontier: new Frontier() }])
  }

  /** `logs` in the order of their numbers, from the node log on. */
  constructor(logs: readonly GrowingLog[]) {
    const [node] = logs
    if (node === undefined || logs.some(({ log }, index) => log !== index)) {
      throw new PortcullisError('LEDGER_CORRUPT', 'the logs of the ledger are not numbered')
    }
    this.node = node
    this.#logs = [...logs]
    for (const log of logs) this.#byOrigin.set(log.origin, log)
  }

  /** All of them, the node log first. */
  get logs(): readonly GrowingLog[] {
    return this.#logs
  }

  tenantLog(log: number): GrowingLog | undefined {
    return log === NODE_LOG ? undefined : this.#logs[log]
  }

  named(origin: string): GrowingLog | undefined {
    return this.#byOrigin.get(origin)
  }

  /** Adds the next log; false unless it is the next, of this ledger and of a tenant without one. */
  declare({ log, origin, tenant }: LogName): boolean {
    const next = log === this.#logs.length && log < MAX_LOGS
    const ours = isLogOfNode(this.node.origin, origin) && !this.#byOrigin.has(origin)
    if (!next || !ours || this.#logs.some((other) => other.tenant === tenant)) return false
    const declared = { log, origin, tenant, frontier: new Frontier() }
    this.#logs.push(declared)
    this.#byOrigin.set(origin, declared)
    return true
  }
}

/** The text of the checkpoint of a log as it is now. */
export function headText({ origin, frontier }: GrowingLog): string {
  return checkpointText(origin, frontier.size, frontier.rootText())
}
