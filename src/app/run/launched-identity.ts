import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import type { PeerCertificate } from 'node:tls'
import {
  type AttestedProcess,
  type CertificateClient,
  type IssuedSvid,
  svidProofText,
} from '../../client/admin-client.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Alarm, Clock, Log } from '../../pipeline/ports.ts'

/** How long after a failed renewal it is tried again, in milliseconds. */
export const RENEWAL_RETRY_MS = 5_000
/** Shortest time between two attempts that a failing request asks for, in milliseconds. */
export const RENEWAL_REST_MS = 1_000

export interface LaunchedIdentityOptions {
  readonly admin: Pick<CertificateClient, 'issueSvid' | 'endSvid'>
  readonly agent: string
  readonly tenant: string
  /** Of the code that was launched. */
  readonly digest: string
  readonly process: AttestedProcess
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
}

/** Where the runtime is, and the connections that prove the agent there. */
export interface Proven {
  readonly address: URL
  readonly agent: Agent
}

/**
 * The SVID of a launched agent. Its key is made here, stays in the memory of the launcher, and is
 * another one at each renewal; when the launcher ends, however it ends, nobody has it any more.
 */
export class LaunchedIdentity {
  readonly #options: LaunchedIdentityOptions
  readonly #serials: string[] = []
  #proven: Proven
  #cancel: (() => void) | undefined
  #renewing: Promise<void> | undefined
  #triedAt = 0
  #over = false

  private constructor(options: LaunchedIdentityOptions) {
    this.#options = options
    this.#proven = { address: new URL('https://localhost'), agent: new Agent() }
  }

  /** Rejects with what the runtime says when it does not accept the agent. */
  static async open(options: LaunchedIdentityOptions): Promise<LaunchedIdentity> {
    const identity = new LaunchedIdentity(options)
    await identity.#issue()
    return identity
  }

  /** Of the SVID that is in use. */
  get serial(): string | undefined {
    return this.#serials.at(-1)
  }

  get proven(): Proven {
    return this.#proven
  }

  /** Something refused us: the runtime may be another since, or its authority. */
  doubt(): void {
    if (this.#options.clock.elapsed() - this.#triedAt >= RENEWAL_REST_MS) void this.#renew()
  }

  /** The identity is over: the runtime is told, where it still runs. */
  async end(): Promise<void> {
    this.#over = true
    this.#cancel?.()
    await this.#renewing
    this.#proven.agent.destroy()
    for (const serial of this.#serials.splice(0)) {
      await this.#options.admin.endSvid(serial).catch((error: unknown) => {
        this.#options.log.warn('svid.unended', { serial, code: codeOf(error) })
      })
    }
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#issue()
      .catch((error: unknown) => {
        this.#options.log.warn('svid.unrenewed', { code: codeOf(error) })
        this.#wait(RENEWAL_RETRY_MS)
      })
      .finally(() => {
        this.#renewing = undefined
      })
    return this.#renewing
  }

  async #issue(): Promise<void> {
    const { admin, agent, tenant, digest, process, clock } = this.#options
    this.#triedAt = clock.elapsed()
    const { publicKey: key, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const publicKey = key.export({ type: 'spki', format: 'der' }).toString('base64')
    const text = svidProofText(agent, { tenant, publicKey, digest })
    const proof = sign('sha256', Buffer.from(text), privateKey)
    const request = { publicKey, digest, proof: proof.toString('base64'), process }
    const issued = await admin.issueSvid(agent, request)
    this.#serials.push(issued.serial)
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    this.#proven = { address: new URL(issued.address), agent: connectionsOf(issued, pem) }
    this.#wait((Date.parse(issued.expires) - clock.now()) / 2)
  }

  #wait(waitMs: number): void {
    this.#cancel?.()
    if (!this.#over) this.#cancel = this.#options.alarm.after(waitMs, () => void this.#renew())
  }
}

/** Connections to the runtime and to nobody else, by its SPIFFE id under the roots it named. */
function connectionsOf({ certificate, roots, runtimeId }: IssuedSvid, key: string): Agent {
  return new Agent({
    keepAlive: true,
    cert: certificate,
    key,
    ca: roots,
    minVersion: 'TLSv1.3',
    maxCachedSessions: 0,
    checkServerIdentity: (_host: string, { raw }: PeerCertificate) => {
      if (urisOf(new X509Certificate(raw)).join() === runtimeId) return undefined
      return new PortcullisError('PEER_CERTIFICATE_MISNAMED', 'who answers is not the runtime')
    },
  })
}

function urisOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  const names = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'))
  return names.map((name) => name.slice('URI:'.length))
}
