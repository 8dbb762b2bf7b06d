import type { KeyObject } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { DEFAULT_TENANT, isTenant, type Tenant } from '../../kernel/identity/tenant.ts'
import type { IdentitySource } from '../../pipeline/ports.ts'
import { type DpopProofs, dpopProofs } from '../dpop-proof.ts'
import { rememberToken, tokenDigest } from '../remembered-tokens.ts'
import {
  isTokenLife,
  signToken,
  type TokenKind,
  type VerifiedToken,
  verifyToken,
} from '../runtime-tokens.ts'
import type { DeclaredAgent } from './principal-of.ts'
import { principalOf } from './principal-of.ts'

/** RFC 9068 section 2.1: keeps other JWTs of this key from passing for access tokens. */
const TYPE = 'at+jwt'

export interface AgentTokensOptions {
  /** Issuer and audience: the runtime itself. */
  readonly origin: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** An agent as it is declared now. A token of an agent that is gone proves nothing. */
  readonly agent: (tenant: Tenant, id: string) => DeclaredAgent | undefined
  /** Remembers used proofs for all who check them. */
  readonly proofs?: DpopProofs
}

export interface TokenRequest {
  readonly tenant: Tenant
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
  readonly tenant: Tenant
  readonly agent: string
  readonly issued: number
  readonly expires: number
  /** Id of the token. */
  readonly session: string
  readonly jkt?: string
}

/** Short-lived tokens for agents: JWTs of RFC 9068 under the runtime's own key. */
export function agentTokens(options: AgentTokensOptions): AgentTokens {
  const verified = verifiedTokens(options)
  const { proofs = dpopProofs() } = options
  return {
    async verify(credential, now) {
      if (credential.kind !== 'bearer' && credential.kind !== 'dpop') {
        throw new PortcullisError('IDENTITY_MISSING', 'the request brings no token')
      }
      const { tenant, agent, jkt, ...token } = await verified(credential, now)
      const proved = (via: Proof['via']) => identityOf({ tenant, agent }, options, { via, token })
      if ((credential.kind === 'dpop') !== (jkt !== undefined)) {
        throw new PortcullisError('IDENTITY_UNPROVED', 'the token and its scheme do not fit')
      }
      if (credential.kind === 'bearer' || jkt === undefined) {
        if (credential.kind === 'bearer' && credential.loopback === false) {
          throw new PortcullisError('IDENTITY_UNBOUND', 'an unbound token, from another machine')
        }
        return proved('bearer-jwt')
      }
      await proofs.check(credential, { jkt, now })
      return proved('dpop-jwt')
    },
    issue: (request) => issue(request, options),
  }
}

function identityOf(who: Who, options: AgentTokensOptions, { via, token }: Proof): Identity {
  const { tenant, agent: id } = who
  const declared = declaredAgent(who, options)
  const { session, issued, expires } = token
  return {
    tenant,
    principal: principalOf(id, declared),
    chain: [{ kind: 'agent', id, via, ...versionOf(declared), session }],
    credential: { id: session, issued, expires },
  }
}

type Who = Pick<Claims, 'tenant' | 'agent'>

function declaredAgent({ tenant, agent: id }: Who, options: AgentTokensOptions): DeclaredAgent {
  const declared = options.agent(tenant, id)
  if (declared !== undefined) return declared
  throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${id}\``)
}

/** How an agent has proved itself, and by which token. */
interface Proof {
  readonly via: 'bearer-jwt' | 'dpop-jwt'
  readonly token: Pick<Claims, 'session' | 'issued' | 'expires'>
}

function versionOf({ version }: DeclaredAgent): { readonly version?: string } {
  return version === undefined ? {} : { version }
}

async function issue(request: TokenRequest, options: AgentTokensOptions): Promise<string> {
  const { tenant, agent, id, now, ttlMs, dpopJkt } = request
  declaredAgent(request, options)
  if (!isTokenLife(ttlMs)) {
    throw new PortcullisError('REQUEST_INVALID', 'a token lives from one second to 24 hours')
  }
  const binding = dpopJkt === undefined ? {} : { cnf: { jkt: dpopJkt } }
  const claims = { subject: agent, id, now, ttlMs, more: { tenant, ...binding } }
  return signToken(claims, kindOf(options), options.privateKey)
}

function kindOf({ origin }: Pick<AgentTokensOptions, 'origin'>): TokenKind {
  return { type: TYPE, issuer: origin, audience: origin }
}

/**
 * Verifies tokens and remembers those that did, by digest: a signature is checked once, its
 * expiry at every use.
 */
function verifiedTokens({ origin, publicKey }: AgentTokensOptions) {
  const known = new Map<string, Claims>()
  return async (credential: { readonly token: string }, now: number): Promise<Claims> => {
    const digest = tokenDigest(credential)
    const remembered = known.get(digest)
    const claims = remembered ?? (await claimsFrom(credential.token, { origin, publicKey, now }))
    if (claims.expires <= now) {
      known.delete(digest)
      throw new PortcullisError('IDENTITY_EXPIRED', 'the token has expired')
    }
    if (remembered === undefined) rememberToken(known, digest, claims)
    return claims
  }
}

interface Verification {
  readonly origin: string
  readonly publicKey: KeyObject
  readonly now: number
}

async function claimsFrom(
  token: string,
  { origin, publicKey, now }: Verification,
): Promise<Claims> {
  const verdict = await verifyToken(token, kindOf({ origin }), { key: publicKey, now })
  if (!('fault' in verdict)) return claimsOf(verdict)
  const { fault, message, cause } = verdict
  if (fault === 'expired') throw new PortcullisError('IDENTITY_EXPIRED', message)
  throw invalid(message, cause)
}

function claimsOf({ subject, issued, expires, payload }: VerifiedToken): Claims {
  // Before there were tenants, tokens named none.
  const { cnf, jti, tenant = DEFAULT_TENANT } = payload
  if (typeof jti !== 'string') throw invalid('the token has no id')
  if (typeof tenant !== 'string' || !isTenant(tenant)) {
    throw invalid('the token is of something that is no tenant')
  }
  const claims = { tenant, agent: subject, issued, expires, session: jti }
  if (cnf === undefined) return claims
  const jkt = (cnf as { jkt?: unknown } | null)?.jkt
  if (typeof jkt !== 'string') throw invalid('the token is bound to something else than a key')
  return { ...claims, jkt }
}

function invalid(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('IDENTITY_INVALID', message, { cause })
}
