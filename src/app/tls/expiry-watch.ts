import { X509Certificate } from 'node:crypto'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { dueWarning } from '../../kernel/tls/expiry.ts'
import type { Alarm, Clock, Log } from '../../pipeline/ports.ts'

/** How often the certificates are looked at, in milliseconds. */
export const EXPIRY_LOOK_MS = 60 * 60_000

/** A certificate that the runtime uses, and which setting says so. */
export interface UsedCertificate {
  /** `listen.mcp.tls.cert`. */
  readonly where: string
  /** PEM; of a chain the first certificate. */
  readonly cert: string
}

export interface ExpiryWatchOptions {
  readonly used: () => readonly UsedCertificate[]
  readonly warnBeforeMs: readonly number[]
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
  readonly report: (event: RecordedEvent) => void
}

/** Warns before certificates end: once for each time that is configured. */
export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions
  /** The last warning about each certificate, by its fingerprint. */
  readonly #told = new Map<string, number>()
  #cancel: (() => void) | undefined

  constructor(options: ExpiryWatchOptions) {
    this.#options = options
  }

  /** Looks at once, and again from time to time. */
  start(): void {
    this.look()
    this.#cancel = this.#options.alarm.after(EXPIRY_LOOK_MS, () => this.start())
  }

  look(): void {
    const { used, clock, warnBeforeMs, log, report } = this.#options
    for (const { where, cert } of used()) {
      const { validToDate, fingerprint256 } = new X509Certificate(cert)
      const left = validToDate.getTime() - clock.now()
      const due = dueWarning(left, warnBeforeMs, this.#told.get(fingerprint256))
      if (due === undefined) continue
      this.#told.set(fingerprint256, due)
      const ends = validToDate.toISOString()
      log.warn('certificate.expiring', { where, ends })
      report({ name: 'certificate.expiring', detail: `${where} ends ${ends}` })
    }
  }

  close(): void {
    this.#cancel?.()
  }
}
