import { hkdfSync, timingSafeEqual } from 'node:crypto'

/** A nonce is handed out for so long, in milliseconds. */
export const DPOP_NONCE_STEP_MS = 60_000
/** And accepted for so many steps more; one ahead is what the token endpoint hands out. */
export const DPOP_NONCE_STEPS = 4
const STEPS_AHEAD = 1

/** Nonces for proofs of possession (RFC 9449 section 8): nobody can make proofs ahead of time. */
export interface DpopNonces {
  /** The one to hand out at `now` (ms). */
  current(now: number): string
  accepts(nonce: unknown, now: number): boolean
}

/**
 * Nonces under a secret of 32 bytes, made as `oidc-provider` makes them: the token endpoint and the
 * resource are one origin, and clients remember one nonce for each origin.
 */
export function dpopNonces(secret: Uint8Array): DpopNonces {
  const known = new Map<number, string>()
  const at = (step: number): string => {
    const nonce = known.get(step) ?? nonceOf(secret, step)
    if (!known.has(step)) {
      known.set(step, nonce)
      for (const old of known.keys()) if (old < step - 2 * DPOP_NONCE_STEPS) known.delete(old)
    }
    return nonce
  }
  return {
    current: (now) => at(stepOf(now)),
    accepts(nonce, now) {
      if (typeof nonce !== 'string') return false
      const first = stepOf(now) + STEPS_AHEAD
      const good = Array.from({ length: DPOP_NONCE_STEPS + 2 }, (_, back) => at(first - back))
      return good.some((one) => isEqual(one, nonce))
    },
  }
}

function stepOf(now: number): number {
  return Math.floor(now / DPOP_NONCE_STEP_MS)
}

function nonceOf(secret: Uint8Array, step: number): string {
  const salt = Buffer.alloc(8)
  salt.writeBigUInt64BE(BigInt(step))
  return Buffer.from(hkdfSync('sha256', secret, salt, 'DPoP', 32)).toString('base64url')
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
