import { hash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWK, jwtVerify } from 'jose'
import { PortcullisError } from '../kernel/errors.ts'
import type { DpopCredential } from '../kernel/identity/credential.ts'
import type { DpopNonces } from './dpop-nonces.ts'

/** How far a proof's `iat` may lie from now, in seconds. A used proof is remembered as long. */
export const DPOP_PROOF_WINDOW_SECONDS = 60
/** How far ahead the agent's clock may run, in seconds. */
export const DPOP_CLOCK_TOLERANCE_SECONDS = 5
/** Used proofs remembered at once; beyond it every proof is refused until some have aged out. */
export const DPOP_REPLAY_LIMIT = 100_000
/** Characters of a proof; a proof of this window's algorithms has about 500. */
export const DPOP_PROOF_LENGTH_LIMIT = 4096

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256']

/** What a proof has to show beside that it is one for this request. */
export interface ProofDemand {
  /** Thumbprint (RFC 7638) of the key that the token is bound to. */
  readonly jkt: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Where only a nonce of ours says that the proof was made just now (RFC 9449 section 9). */
  readonly nonces?: DpopNonces
}

/** Checks proofs of possession and remembers the used ones. */
export interface DpopProofs {
  /**
   * Resolves when the proof shows possession of the key. A proof serves once, and one request may
   * ask more than once who sent it: the answer is kept with the request's own credential.
   * @throws PortcullisError `IDENTITY_UNPROVED`, `DPOP_NONCE_REQUIRED`.
   */
  check(credential: DpopCredential, demand: ProofDemand): Promise<void>
}

/** RFC 9449 section 4.3. */
export function dpopProofs(): DpopProofs {
  const used = new Map<string, number>()
  const checked = new WeakMap<DpopCredential, Promise<void>>()
  const check = async (credential: DpopCredential, { jkt, now, nonces }: ProofDemand) => {
    const { payload, jwk } = await verified(credential.proof, now)
    const facts = [
      ['key', await calculateJwkThumbprint(jwk), jkt],
      ['method', payload.htm, credential.method],
      ['address', payload.htu, credential.url],
      ['token', payload.ath, tokenHash(credential.token)],
    ]
    const wrong = facts.find(([, shown, meant]) => shown !== meant)
    if (wrong !== undefined) throw unproved(`the proof is for another ${wrong[0]}`)
    if (!payload.jti) throw unproved('the proof has no id')
    if (nonces !== undefined && !nonces.accepts(payload.nonce, now)) {
      throw new PortcullisError('DPOP_NONCE_REQUIRED', 'the proof bears no nonce of these minutes')
    }
    // By digest: the agent chooses how long its ids are.
    remember(used, hash('sha256', `${jkt} ${payload.jti}`, 'base64url'), now)
  }
  return {
    check(credential, demand) {
      const checking = checked.get(credential) ?? check(credential, demand)
      checked.set(credential, checking)
      return checking
    },
  }
}

async function verified(proof: string, now: number) {
  if (proof.length > DPOP_PROOF_LENGTH_LIMIT) throw unproved('the proof is too long')
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ALGORITHMS,
      requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
      currentDate: new Date(now),
      maxTokenAge: DPOP_PROOF_WINDOW_SECONDS,
      clockTolerance: DPOP_CLOCK_TOLERANCE_SECONDS,
    })
    return { payload, jwk: protectedHeader.jwk as JWK }
  } catch (cause) {
    if (cause instanceof errors.JOSEError || cause instanceof TypeError)
      throw unproved('the proof does not verify', cause)
    throw cause
  }
}

/** A proof serves once (RFC 9449 section 11.1). */
function remember(used: Map<string, number>, id: string, now: number): void {
  for (const [old, until] of used) {
    if (until > now) break
    used.delete(old)
  }
  if (used.has(id)) throw unproved('the proof was used before')
  if (used.size >= DPOP_REPLAY_LIMIT) throw unproved('too many proofs in a short time')
  used.set(id, now + 2 * DPOP_PROOF_WINDOW_SECONDS * 1000)
}

function tokenHash(token: string): string {
  return hash('sha256', token, 'base64url')
}

function unproved(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('IDENTITY_UNPROVED', message, { cause })
}
