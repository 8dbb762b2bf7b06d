import { type ErrorCode, PortcullisError } from '../kernel/errors.ts'
import {
  AttemptCounts,
  type Failed,
  SOURCE_BOUNDS,
  sourceKey,
} from '../kernel/identity/attempt-limits.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import { KnownCredentials } from '../kernel/identity/known-credentials.ts'
import type { Admissions } from './ports.ts'

/** A credential that never was one. Whose time is over was genuine; who brings none only asks. */
const GUESSED: readonly ErrorCode[] = ['IDENTITY_INVALID', 'IDENTITY_UNPROVED', 'IDENTITY_UNKNOWN']

/** This machine, as the listener sees it. Many agents share it, so that none may block the rest. */
const HERE = /^(?:127\.|::ffff:127\.|::1$|local$|-$)/

/**
 * Who has sent credentials that were not accepted has to wait before another one is looked at.
 * Credentials that proved somebody before are looked at all the same: a neighbour behind the same
 * address cannot shut out who is at work.
 */
export class AdmissionLimits implements Admissions {
  readonly #counts: AttemptCounts
  readonly #known = new KnownCredentials()

  constructor(counts = new AttemptCounts(SOURCE_BOUNDS)) {
    this.#counts = counts
  }

  check(credential: Credential, peer: string, now: number): void {
    if (HERE.test(peer) || this.#counts.waitOf(sourceKey(peer), now) === 0) return
    if (this.#known.has(credential)) return
    throw new PortcullisError('AUTHENTICATION_THROTTLED', 'the address has to wait')
  }

  proved(credential: Credential): void {
    this.#known.add(credential)
  }

  refused(credential: Credential, peer: string, at: RefusedAt): Failed | undefined {
    this.#known.remove(credential)
    if (HERE.test(peer) || credential.kind === 'none') return undefined
    if (!GUESSED.includes(at.code)) return undefined
    return this.#counts.failed(sourceKey(peer), at.now)
  }
}

interface RefusedAt {
  readonly code: ErrorCode
  readonly now: number
}
