import { randomBytes } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import type { Warrant } from '../../kernel/identity/delegation.ts'
import type { ActorLink, Identity } from '../../kernel/identity/principal.ts'
import { EVERYTHING } from '../../kernel/identity/scopes.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  Directory,
  IdentitySource,
  OAuthAgent,
  OAuthStore,
  Standing,
} from '../../pipeline/ports.ts'
import type { AgentConfig } from '../config.ts'
import {
  type DpopProofs,
  dpopNonces,
  type Keys,
  oauthTokens,
  openOAuth as openOAuthStore,
} from '../parts.ts'

/** How long a human's consent holds that is a session handed over in an exchange, in ms. */
const HANDED_OVER_TTL_MS = 60 * 60 * 1000
/** New with every start: proofs from before it are void, and so is the memory of them. */
const NONCE_SECRET_BYTES = 32

export interface OAuthParts {
  readonly file: string
  readonly keys: Pick<Keys, 'identity'>
  /** An agent as its tenant declares it. */
  readonly agent: (tenant: Tenant, id: string) => AgentConfig | undefined
  /** Who there is at this moment. */
  readonly directory: Pick<Directory, 'agent' | 'member'>
  readonly proofs: DpopProofs
}

/** What verifies tokens of the authorization server, and what it keeps. */
export type OAuth = ReturnType<typeof openOAuth>

/** The half of the authorization server that every request passes: verification and the store. */
export function openOAuth({ file, keys, agent, directory, proofs }: OAuthParts) {
  const store = openOAuthStore(file)
  const nonceSecret = randomBytes(NONCE_SECRET_BYTES)
  const nonces = dpopNonces(nonceSecret)
  let issuer: string | undefined
  const principal = (tenant: Tenant, { kind, id }: Pick<ActorLink, 'kind' | 'id'>) => {
    if (kind === 'agent') return directory.agent(tenant, id)
    const member = kind === 'human' ? directory.member(tenant, id) : undefined
    return member && ({ kind: 'human', id, roles: [], attributes: member.attributes } as const)
  }
  const tokens = oauthTokens({
    ...{ issuer: () => issuer, publicKey: keys.identity.publicKey },
    ...{ principal, store, proofs, nonces },
  })
  return {
    ...{ store, nonces, nonceSecret, tokens },
    get issuer() {
      return issuer
    },
    /** Tokens of this issuer are ours from now on. */
    issueAs(name: string) {
      issuer = name
    },
    /** An agent as the authorization server knows it. */
    agents(tenant: Tenant, id: string): OAuthAgent | undefined {
      const declared = agent(tenant, id)
      if (declared === undefined) return undefined
      const { keys: own, redirectUris, scopes, actsFor, tokenTtlMs } = declared
      return { tenant, id, keys: own, redirectUris, scopes, actsFor, tokenTtlMs }
    },
    close: () => store.close(),
  }
}

/**
 * What a token says as the subject of an exchange: one of ours, or the session of a human, who then
 * stands first in the chain for as long as the session does.
 */
export function exchangeSubject(
  { tokens, store }: OAuth,
  { identities, standing }: { identities: IdentitySource; standing: Pick<Standing, 'check'> },
) {
  return async (token: string, now: number) => {
    const credential: Credential = { kind: 'bearer', token, loopback: true }
    if (tokens.fits(credential)) {
      const { identity, ...subject } = await tokens.subject(token, now)
      standing.check(identity)
      return subject
    }
    const identity = await identities.verify(credential, now)
    if (identity.principal.kind !== 'human' || identity.chain.length !== 1) {
      throw new PortcullisError('IDENTITY_INVALID', 'no agent acts on with such a token')
    }
    return handedOver(identity, store, now)
  }
}

function handedOver(identity: Identity, store: OAuthStore, now: number) {
  const { tenant, principal, chain, scopes, session, credential } = identity
  const [link] = chain
  const id = typeof session?.id === 'string' ? session.id : credential?.id
  if (link === undefined || id === undefined) {
    throw new PortcullisError('IDENTITY_INVALID', 'nothing says how the human logged in')
  }
  const expires = credential?.expires ?? now + HANDED_OVER_TTL_MS
  const { roles, attributes = {} } = principal
  const mfaVerified = session?.mfa_verified === true
  const login = { via: link.via, mfaVerified, roles, attributes, begun: now, expires }
  store.keepConsent(tenant, { id, human: principal.id, ...login })
  const warrant: Warrant = { tenant, chain, scopes: scopes ?? [EVERYTHING], expires }
  return { warrant, consent: id }
}
