import { hash, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { PortcullisError } from '../../kernel/errors.ts'
import type { DpopCredential, Identity } from '../../kernel/identity/principal.ts'
import type { IdentitySource } from '../../pipeline/ports.ts'
import { dpopProofs } from './dpop-proof.ts'
import type { DeclaredAgent } from './principal-of.ts'
import { principalOf } from './principal-of.ts'

/** Longest life of a token, in milliseconds. One that claims more is refused, whoever signed it. */
export const TOKEN_LIFE_LIMIT_MS = 24 * 60 * 60 * 1000
/** Characters of a token. */
export const TOKEN_LENGTH_LIMIT = 4_096
/** Tokens remembered as verified. */
export const VERIFIED_TOKENS_LIMIT = 10_000
/** A token is verified by the clock that it was issued by. */
export const TOKEN_CLOCK_TOLERANCE_SECONDS = 0

const ALGORITHM = 'EdDSA'
/** RFC 9068 section 2.1: keeps other JWTs of this key from passing for access tokens. */
const TYPE = 'at+jwt'

export interface AgentTokensOptions {
  /** Issuer and audience: the runtime itself. */
  readonly origin: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The declared agents. A token of an agent that is gone proves nothing. */
  readonly agents: Readonly<Record<string, DeclaredAgent>>
}

export interface TokenRequest {
  readonly agent: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly ttlMs: number
  /** Thumbprint (RFC 7638) of the key that the token is bound to (RFC 9449 section 6). */
  readonly dpopJkt?: string
}

export interface AgentTokens extends IdentitySource {
  /** A signed token. Rejects `IDENTITY_UNKNOWN`, or `REQUEST_INVALID` for a life out of bounds. */
  issue(request: TokenRequest): Promise<string>
}

/** What a verified token says. Times in milliseconds. */
interface Claims {
  readonly agent: string
  readonly expires: number
  readonly jkt?: string
}

/** Short-lived tokens for agents: JWTs of RFC 9068 under the runtime's own key. */
export function agentTokens(options: AgentTokensOptions): AgentTokens {
  const verified = verifiedTokens(options)
  const checked = checkedProofs()
  return {
    async verify(credential, now) {
      if (credential.kind === 'none') {
        throw new PortcullisError('IDENTITY_MISSING', 'the request brings no credential')
      }
      const { agent, jkt } = await verified(credential.token, now)
      if ((credential.kind === 'dpop') !== (jkt !== undefined)) {
        throw new PortcullisError('IDENTITY_UNPROVED', 'the token and its scheme do not fit')
      }
      if (credential.kind === 'bearer' || jkt === undefined) {
        return identityOf(agent, options, 'bearer-jwt')
      }
      await checked(credential, jkt, now)
      return identityOf(agent, options, 'dpop-jwt')
    },
    issue: (request) => issue(request, options),
  }
}

/**
 * A proof serves once, and one request may ask more than once who sent it: the answer is kept with
 * the request's own credential. Nothing else is, so that expiry is judged each time.
 */
function checkedProofs() {
  const proofs = dpopProofs()
  const checked = new WeakMap<DpopCredential, Promise<void>>()
  return (credential: DpopCredential, jkt: string, now: number): Promise<void> => {
    const checking = checked.get(credential) ?? proofs.check(credential, jkt, now)
    checked.set(credential, checking)
    return checking
  }
}

function identityOf(
  id: string,
  { agents }: AgentTokensOptions,
  via: 'bearer-jwt' | 'dpop-jwt',
): Identity {
  const declared = Object.hasOwn(agents, id) ? agents[id] : undefined
  if (declared === undefined) throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${id}\``)
  return {
    principal: principalOf(id, declared),
    chain: [{ kind: 'agent', id, via }],
  }
}

async function issue(request: TokenRequest, options: AgentTokensOptions): Promise<string> {
  const { agent, id, now, ttlMs, dpopJkt } = request
  identityOf(agent, options, 'bearer-jwt')
  if (!(ttlMs >= 1000 && ttlMs <= TOKEN_LIFE_LIMIT_MS)) {
    throw new PortcullisError('REQUEST_INVALID', 'a token lives from one second to 24 hours')
  }
  const issued = Math.floor(now / 1000)
  return new SignJWT(dpopJkt === undefined ? {} : { cnf: { jkt: dpopJkt } })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(options.origin)
    .setAudience(options.origin)
    .setSubject(agent)
    .setJti(id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + Math.floor(ttlMs / 1000))
    .sign(options.privateKey)
}

/**
 * Verifies tokens and remembers those that did, by digest: a signature is checked once, its
 * expiry at every use.
 */
function verifiedTokens({ origin, publicKey }: AgentTokensOptions) {
  const known = new Map<string, Claims>()
  return async (token: string, now: number): Promise<Claims> => {
    if (token.length > TOKEN_LENGTH_LIMIT) throw invalid('the token is too long')
    const digest = hash('sha256', token, 'base64url')
    const remembered = known.get(digest)
    const claims = remembered ?? (await verifyToken(token, { origin, publicKey, now }))
    if (claims.expires <= now) {
      known.delete(digest)
      throw new PortcullisError('IDENTITY_EXPIRED', 'the token has expired')
    }
    if (remembered === undefined) remember(known, digest, claims)
    return claims
  }
}

function remember(known: Map<string, Claims>, digest: string, claims: Claims): void {
  const [oldest] = known.keys()
  if (known.size >= VERIFIED_TOKENS_LIMIT && oldest !== undefined) known.delete(oldest)
  known.set(digest, claims)
}

interface Verification {
  readonly origin: string
  readonly publicKey: KeyObject
  readonly now: number
}

async function verifyToken(token: string, { origin, publicKey, now }: Verification) {
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: origin,
      audience: origin,
      requiredClaims: ['sub', 'jti', 'iat', 'exp'],
      currentDate: new Date(now),
      clockTolerance: TOKEN_CLOCK_TOLERANCE_SECONDS,
    })
    return claimsOf(payload, now)
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) {
      throw new PortcullisError('IDENTITY_EXPIRED', 'the token has expired')
    }
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) {
      throw invalid('the token does not verify', cause)
    }
    throw cause
  }
}

function claimsOf({ sub, iat = 0, exp = 0, cnf }: JWTPayload, now: number): Claims {
  if (typeof sub !== 'string') throw invalid('the token names no agent')
  const expires = exp * 1000
  if (expires - Math.min(iat * 1000, now) > TOKEN_LIFE_LIMIT_MS) {
    throw invalid('the token lives too long')
  }
  if (cnf === undefined) return { agent: sub, expires }
  const jkt = (cnf as { jkt?: unknown } | null)?.jkt
  if (typeof jkt !== 'string') throw invalid('the token is bound to something else than a key')
  return { agent: sub, expires, jkt }
}

function invalid(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('IDENTITY_INVALID', message, { cause })
}
