import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** Longest life of a token, in milliseconds. One that claims more is refused, whoever signed it. */
export const TOKEN_LIFE_LIMIT_MS = 24 * 60 * 60 * 1000
/** Characters of a token. */
export const TOKEN_LENGTH_LIMIT = 4_096
/** A token is verified by the clock that it was issued by. */
export const TOKEN_CLOCK_TOLERANCE_SECONDS = 0

const ALGORITHM = 'EdDSA'

/** Which tokens: another kind has another type or audience, so that none passes for another. */
export interface TokenKind {
  /** `typ` of the header (RFC 8725 section 3.11). */
  readonly type: string
  readonly issuer: string
  readonly audience: string
}

export interface TokenClaims {
  readonly subject: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly ttlMs: number
  readonly more?: JWTPayload
}

/** Signs a token with the runtime's own key. */
export function signToken(claims: TokenClaims, kind: TokenKind, key: KeyObject): Promise<string> {
  const { subject, id, now, ttlMs, more = {} } = claims
  const issued = Math.floor(now / 1000)
  return new SignJWT(more)
    .setProtectedHeader({ alg: ALGORITHM, typ: kind.type })
    .setIssuer(kind.issuer)
    .setAudience(kind.audience)
    .setSubject(subject)
    .setJti(id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + Math.floor(ttlMs / 1000))
    .sign(key)
}

/** May a token live so long? From one second to `TOKEN_LIFE_LIMIT_MS`. */
export function isTokenLife(ttlMs: number): boolean {
  return ttlMs >= 1000 && ttlMs <= TOKEN_LIFE_LIMIT_MS
}

/** Does the token say that it is of this kind? It proves nothing; it says who is to judge it. */
export function isOfKind(token: string, { type, audience }: TokenKind): boolean {
  if (token.length > TOKEN_LENGTH_LIMIT) return false
  try {
    return decodeProtectedHeader(token).typ === type && decodeJwt(token).aud === audience
  } catch {
    // What cannot be read is no such token.
    return false
  }
}

/** What a verified token says, times in milliseconds. */
export interface VerifiedToken {
  readonly subject: string
  readonly issued: number
  readonly expires: number
  readonly payload: JWTPayload
}

/** What a token says; or why it proves nothing. */
export type TokenVerdict =
  | VerifiedToken
  | { readonly fault: 'expired' | 'invalid'; readonly message: string; readonly cause?: unknown }

/** Verifies signature, type, issuer, audience, times and length of a token. */
export async function verifyToken(
  token: string,
  kind: TokenKind,
  { key, now }: { readonly key: KeyObject; readonly now: number },
): Promise<TokenVerdict> {
  if (token.length > TOKEN_LENGTH_LIMIT) return invalid('the token is too long')
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: kind.type,
      issuer: kind.issuer,
      audience: kind.audience,
      requiredClaims: ['sub', 'jti', 'iat', 'exp'],
      currentDate: new Date(now),
      clockTolerance: TOKEN_CLOCK_TOLERANCE_SECONDS,
    })
    return verdictOf(payload, now)
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) {
      return { fault: 'expired', message: 'the token has expired' }
    }
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) {
      return { ...invalid('the token does not verify'), cause }
    }
    throw cause
  }
}

function verdictOf(payload: JWTPayload, now: number): TokenVerdict {
  const { sub, iat = 0, exp = 0 } = payload
  if (typeof sub !== 'string') return invalid('the token names nobody')
  const expires = exp * 1000
  if (expires - Math.min(iat * 1000, now) > TOKEN_LIFE_LIMIT_MS) {
    return invalid('the token lives too long')
  }
  return { subject: sub, issued: iat * 1000, expires, payload }
}

function invalid(message: string) {
  return { fault: 'invalid', message } as const
}
