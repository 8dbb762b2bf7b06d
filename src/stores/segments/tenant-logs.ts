import { PortcullisError } from '../../kernel/errors.ts'
import { type LogName, MAX_LOGS, MAX_TENANT_LENGTH } from './ledger-state.ts'

/** The log of a tenant as its appender sees it. */
export interface TenantLog {
  readonly tenant: string
  readonly origin: string
  /** Its number in frames, once a receipt of it is on its way. */
  log: number | undefined
  /** The place of the next receipt. */
  next: number
  /** Receipts on the disk. */
  size: number
}

/** All logs of tenants, by the name of the tenant. */
export class TenantLogs {
  readonly #logs = new Map<string, TenantLog>()
  readonly #newOrigin: () => string
  /** Logs that are declared on the disk, and those that will be. */
  #durable: number
  #numbered: number

  constructor(logs: readonly (LogName & { readonly size: number })[], newOrigin: () => string) {
    for (const log of logs) this.#logs.set(log.tenant, { ...log, next: log.size })
    this.#newOrigin = newOrigin
    // The node log has the number before them.
    this.#durable = logs.length
    this.#numbered = logs.length
  }

  of(tenant: string): TenantLog {
    const known = this.#logs.get(tenant)
    if (known !== undefined) return known
    if (!isTenantName(tenant) || this.#logs.size + 1 >= MAX_LOGS) {
      throw new PortcullisError('LEDGER_TENANT_REFUSED', `no log for the tenant \`${tenant}\``)
    }
    const log = { tenant, origin: this.#newOrigin(), log: undefined, next: 0, size: 0 }
    this.#logs.set(tenant, log)
    return log
  }

  /** The log that has this number already. */
  numbered(number: number): TenantLog {
    for (const log of this.#logs.values()) if (log.log === number) return log
    throw new PortcullisError('LEDGER_CORRUPT', `there is no log ${number}`)
  }

  /** Gives a log its number. True where it has to be declared before its first leaf. */
  number(log: TenantLog): boolean {
    if (log.log !== undefined) return false
    this.#numbered += 1
    log.log = this.#numbered
    return true
  }

  /** So many more logs are declared on the disk. */
  declared(count: number): void {
    this.#durable += count
  }

  /** Nothing that was on its way reached the disk. */
  reset(): void {
    this.#numbered = this.#durable
    for (const log of this.#logs.values()) {
      log.next = log.size
      if (log.log !== undefined && log.log > this.#durable) log.log = undefined
    }
  }
}

function isTenantName(tenant: string): boolean {
  const characters = tenant.isWellFormed() && !/\p{Cc}/u.test(tenant)
  return characters && tenant.length > 0 && tenant.length <= MAX_TENANT_LENGTH
}
