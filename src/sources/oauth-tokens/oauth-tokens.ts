import type { KeyObject } from 'node:crypto'
import { decodeJwt } from 'jose'
import { PortcullisError } from '../../kernel/errors.ts'
import { checkCertificateBinding } from '../../kernel/identity/certificate-binding.ts'
import { readClientId } from '../../kernel/identity/client-id.ts'
import type {
  BearerCredential,
  Credential,
  DpopCredential,
} from '../../kernel/identity/credential.ts'
import type { Warrant } from '../../kernel/identity/delegation.ts'
import type { ActorLink, Identity, LinkProof, Principal } from '../../kernel/identity/principal.ts'
import { EVERYTHING } from '../../kernel/identity/scopes.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Consent, IdentitySource, OAuthStore } from '../../pipeline/ports.ts'
import type { DpopNonces } from '../dpop-nonces.ts'
import type { DpopProofs } from '../dpop-proof.ts'
import { rememberToken, tokenDigest } from '../remembered-tokens.ts'
import { TOKEN_LENGTH_LIMIT, verifyToken } from '../runtime-tokens.ts'
import { readClaims, type TokenClaims } from './token-claims.ts'

/** RFC 9068 section 2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

export interface OAuthTokensOptions {
  /** Of the authorization server; nothing before it is known where agents connect. */
  readonly issuer: () => string | undefined
  readonly publicKey: KeyObject
  /** An agent or a human as it is at this moment; nothing for one that is not there any more. */
  readonly principal: (tenant: Tenant, who: Pick<ActorLink, 'kind' | 'id'>) => Principal | undefined
  readonly store: Pick<OAuthStore, 'voidUntil' | 'client' | 'consent'>
  readonly proofs: DpopProofs
  readonly nonces: DpopNonces
}

/** A token as the subject of an exchange. Whoever shows it does not prove to hold its key. */
export interface TokenSubject {
  readonly warrant: Warrant
  /** Whose it is, for asking how they stand. */
  readonly identity: Identity
  /** The login that it is based on. */
  readonly consent?: string
}

export interface OAuthTokens extends IdentitySource {
  /** Is it a token of this issuer, as far as it says so itself? */
  fits(credential: Credential): boolean
  /** @throws PortcullisError `IDENTITY_*` where it would not be accepted from its holder either. */
  subject(token: string, now: number): Promise<TokenSubject>
}

/** The audience of our access tokens (RFC 8707): the MCP endpoint. */
export function audienceOf(issuer: string): string {
  return `${issuer}/mcp`
}

/** Access tokens of our own authorization server: JWTs of RFC 9068, bound to their holder. */
export function oauthTokens(options: OAuthTokensOptions): OAuthTokens {
  const verified = verifiedTokens(options)
  const claimedIssuer = claimedIssuers()
  const isOurs = (credential: BearerCredential | DpopCredential) => {
    const issuer = options.issuer()
    return issuer !== undefined && claimedIssuer(credential) === issuer
  }
  return {
    fits: (credential) => 'token' in credential && isOurs(credential),
    async verify(credential, now) {
      if (!('token' in credential)) throw invalid('no token was presented')
      const claims = await verified(credential, now)
      checkStanding(claims, options)
      const via = await prove(claims, credential, { ...options, now })
      return identityOf(claims, via, options)
    },
    async subject(token, now) {
      const claims = await verified({ token }, now)
      checkStanding(claims, options)
      const { tenant, scopes, expires, mayAct, consent } = claims
      const chain = linksOf(claims, 'delegated')
      const warrant = { tenant, chain, scopes, expires, ...(mayAct && { mayAct }) }
      const identity = identityOf(claims, 'delegated', options)
      return { warrant, identity, ...(consent && { consent }) }
    },
  }
}

/** Whose a token says it is, before anything is proved: read once, and nothing where it is none. */
function claimedIssuers(): (credential: { readonly token: string }) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (credential) => {
    if (credential.token.length > TOKEN_LENGTH_LIMIT) return undefined
    const digest = tokenDigest(credential)
    if (known.has(digest)) return known.get(digest)
    const issuer = issuerIn(credential.token)
    rememberToken(known, digest, issuer)
    return issuer
  }
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    // No JWT at all.
    return undefined
  }
}

/** That a token was good once is remembered; whether it still is, is asked at every use. */
function verifiedTokens({ issuer, publicKey }: OAuthTokensOptions) {
  const known = new Map<string, TokenClaims>()
  return async (credential: { readonly token: string }, now: number): Promise<TokenClaims> => {
    const { token } = credential
    const digest = tokenDigest(credential)
    const remembered = known.get(digest)
    const from = issuer() ?? ''
    const claims = remembered ?? (await claimsOf(token, { issuer: from, key: publicKey, now }))
    if (claims.expires <= now) {
      known.delete(digest)
      throw new PortcullisError('IDENTITY_EXPIRED', 'the token has expired')
    }
    if (remembered === undefined) rememberToken(known, digest, claims)
    return claims
  }
}

/** The key is ours: nothing in the token chooses it. `kid`, `jku`, `x5u`, `jwk` are not read. */
async function claimsOf(
  token: string,
  { issuer, key, now }: { issuer: string; key: KeyObject; now: number },
): Promise<TokenClaims> {
  const kind = { type: ACCESS_TOKEN_TYPE, issuer, audience: audienceOf(issuer) }
  const verdict = await verifyToken(token, kind, { key, now })
  if (!('fault' in verdict)) return readClaims(verdict.payload)
  if (verdict.fault === 'expired') throw new PortcullisError('IDENTITY_EXPIRED', verdict.message)
  throw invalid(verdict.message, verdict.cause)
}

/** Whoever stands in the token has to be there still, and so has what it was issued on. */
function checkStanding(
  { tenant, clientId, chain, issued, consent }: TokenClaims,
  { principal, store }: OAuthTokensOptions,
): void {
  const client = readClientId(clientId)
  if (client?.kind === 'registered' && store.client(tenant, client.id) === undefined) {
    throw new PortcullisError('IDENTITY_UNKNOWN', 'its client is not registered any more')
  }
  if (consent !== undefined && store.consent(tenant, consent) === undefined) {
    throw new PortcullisError('IDENTITY_EXPIRED', 'the consent that it is based on has ended')
  }
  for (const link of chain) {
    if (link.kind === 'human') continue
    if (principal(tenant, link) === undefined) {
      throw new PortcullisError('IDENTITY_UNKNOWN', `no ${link.kind} \`${link.id}\``)
    }
    // Tokens say to the second when they were issued: those of that very second are void too.
    if (issued <= store.voidUntil(tenant, link.id)) {
      throw new PortcullisError('IDENTITY_EXPIRED', 'a key of its agent was removed since')
    }
  }
}

/** What is bound to a key or a certificate is taken only from who shows that it holds it. */
async function prove(
  { binding }: TokenClaims,
  credential: BearerCredential | DpopCredential,
  { proofs, nonces, now }: OAuthTokensOptions & { readonly now: number },
): Promise<LinkProof> {
  if (binding.kind === 'key') {
    if (credential.kind !== 'dpop') throw unproved('a token bound to a key comes with a proof')
    await proofs.check(credential, { jkt: binding.jkt, now, nonces })
    return 'dpop-jwt'
  }
  if (credential.kind === 'dpop') throw unproved('the token is not bound to a key')
  if (binding.kind === 'certificate') {
    checkCertificateBinding(binding.thumbprint, credential.certificate)
    return 'mtls-jwt'
  }
  if (credential.loopback === true) return 'bearer-jwt'
  throw new PortcullisError('IDENTITY_UNBOUND', 'a token bound to nothing, from another machine')
}

function identityOf(
  claims: TokenClaims,
  via: LinkProof,
  { principal, store }: OAuthTokensOptions,
): Identity {
  const { tenant, id, issued, expires, scopes, consent } = claims
  const chain = linksOf(claims, via)
  const [first] = chain
  const holder = chain.at(-1)
  const acting = holder && principal(tenant, holder)
  if (acting === undefined) throw invalid('it is held by nobody')
  const login = consent === undefined ? undefined : store.consent(tenant, consent)
  const human = first?.kind === 'human' && login ? personOf(login, claims, principal) : undefined
  return {
    ...{ tenant, principal: acting, chain },
    ...(human && { human }),
    ...(scopes.includes(EVERYTHING) ? {} : { scopes }),
    ...(login && { session: { id: login.id, mfa_verified: login.mfaVerified } }),
    credential: { id, issued, expires },
  }
}

/** What the login said, below what is known of the human at this moment. */
function personOf(
  { human, roles, attributes }: Consent,
  { tenant }: TokenClaims,
  principal: OAuthTokensOptions['principal'],
): Principal {
  const now = principal(tenant, { kind: 'human', id: human })
  return {
    ...{ kind: 'human', id: human, roles },
    attributes: { ...attributes, ...now?.attributes },
  }
}

function linksOf({ chain, id, consent }: TokenClaims, via: LinkProof): readonly ActorLink[] {
  const last = chain.length - 1
  return chain.map((link, at) => {
    if (at === last) return { ...link, via, session: id }
    const login = link.kind === 'human' && consent !== undefined ? { session: consent } : {}
    return { ...link, via: 'delegated', ...login }
  })
}

function unproved(message: string): PortcullisError {
  return new PortcullisError('IDENTITY_UNPROVED', message)
}

function invalid(message: string, cause?: unknown): PortcullisError {
  return new PortcullisError('IDENTITY_INVALID', message, { cause })
}
