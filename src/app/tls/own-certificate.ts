import { generateKeyPairSync } from 'node:crypto'
import { codeOf } from '../../kernel/errors.ts'
import type { SpiffeId } from '../../kernel/identity/spiffe-id.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { Alarm, Clock, Log } from '../../pipeline/ports.ts'
import type { Authority } from '../parts.ts'
import { Changing, type Live } from './live.ts'
import type { KeyPair } from './pem-files.ts'

/** How long after a failed renewal it is tried again, in milliseconds. */
export const RENEWAL_RETRY_MS = 30_000
/** What the runtime is called in its own SVID. */
export const RUNTIME_SERVICE = 'portcullis'

export interface OwnCertificateOptions {
  readonly authority: Authority
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
  readonly ttlMs: number
  /** Names and addresses under which the runtime is reached. */
  readonly hosts: readonly string[]
}

/** The id of the runtime in its own trust domain. */
export function runtimeId({ trustDomain }: Pick<Authority, 'trustDomain'>): SpiffeId {
  return { trustDomain, tenant: DEFAULT_TENANT, kind: 'service', id: RUNTIME_SERVICE }
}

/** The SVID of the runtime itself, with a key that never leaves its memory. It renews itself. */
export class OwnCertificate implements Live<KeyPair> {
  readonly #options: OwnCertificateOptions
  readonly #pair: Changing<KeyPair>
  readonly #stop: () => void
  #cancel: (() => void) | undefined
  #closed = false

  private constructor(options: OwnCertificateOptions, first: KeyPair) {
    this.#options = options
    this.#pair = new Changing(first)
    // Under another root, so that whoever trusts that one alone can follow.
    this.#stop = options.authority.onChange(() => this.#renew())
    this.#wait(options.ttlMs / 2)
  }

  static async open(options: OwnCertificateOptions): Promise<OwnCertificate> {
    return new OwnCertificate(options, await issue(options))
  }

  current(): KeyPair {
    return this.#pair.current()
  }

  onChange(listener: () => void): () => void {
    return this.#pair.onChange(listener)
  }

  close(): void {
    this.#closed = true
    this.#stop()
    this.#cancel?.()
  }

  #wait(waitMs: number): void {
    this.#cancel?.()
    if (!this.#closed) this.#cancel = this.#options.alarm.after(waitMs, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    try {
      this.#pair.set(await issue(this.#options))
      this.#wait(this.#options.ttlMs / 2)
    } catch (error) {
      this.#options.log.error('certificate.renewal_failed', { code: codeOf(error) })
      this.#wait(Math.min(RENEWAL_RETRY_MS, this.#options.ttlMs / 4))
    }
  }
}

async function issue({ authority, clock, ttlMs, hosts }: OwnCertificateOptions): Promise<KeyPair> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = runtimeId(authority)
  const { cert } = await authority.issue({ id, publicKey, now: clock.now(), ttlMs, hosts })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
