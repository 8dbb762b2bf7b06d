import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'

/** An agent with keys of its own, as a client of the authorization server; none of our code. */
export interface OAuthAgent {
  readonly id: string
  readonly key: KeyObject
  /** For `[agents.NAME]`: its public key, as JSON. */
  readonly jwk: string
  /** A signed assertion (RFC 7523); `changes` take the place of its claims and header. */
  assertion(issuer: string, changes?: AssertionChanges): Promise<string>
}

export interface AssertionChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Record<string, unknown>
  readonly key?: KeyObject
}

export async function oauthAgent(id: string): Promise<OAuthAgent> {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = JSON.stringify(await exportJWK(createPublicKey(key)))
  return {
    ...{ id, key, jwk },
    assertion(issuer, { claims = {}, header = {}, key: other = key } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const common = { iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 }
      return new SignJWT({ ...common, ...claims })
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(other)
    },
  }
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What the token endpoint answered. */
export interface TokenAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

export interface TokenRequest {
  readonly params: Record<string, string>
  /** An assertion in place of a fresh one. */
  readonly assertion?: string
  readonly headers?: Record<string, string>
}

/** Asks for a token as an agent does, without any client library. */
export async function askToken(
  issuer: string,
  agent: OAuthAgent,
  { params, assertion, headers = {} }: TokenRequest,
): Promise<TokenAnswer> {
  const client_assertion = assertion ?? (await agent.assertion(issuer))
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({
      ...{ client_id: agent.id, client_assertion_type: ASSERTION_TYPE, client_assertion },
      ...params,
    }),
  })
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, body, headers: response.headers }
}

/** A key that tokens are bound to, and its proofs of possession (RFC 9449). */
export interface DpopKey {
  proof(
    claims: Readonly<Record<string, unknown>>,
    header?: Record<string, unknown>,
  ): Promise<string>
}

export async function dpopKey(): Promise<DpopKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = await exportJWK(publicKey)
  return {
    proof: (claims, header = {}) =>
      new SignJWT({ jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  }
}

/** The same with the nonce of the server, which the first answer hands out. */
export async function askBoundToken(
  issuer: string,
  agent: OAuthAgent,
  { params, key }: { readonly params: Record<string, string>; readonly key: DpopKey },
): Promise<TokenAnswer> {
  const about = { htm: 'POST', htu: `${issuer}/oauth/token` }
  const first = await askToken(issuer, agent, {
    ...{ params, headers: { dpop: await key.proof(about) } },
  })
  if (first.body.error !== 'use_dpop_nonce') return first
  const nonce = first.headers.get('dpop-nonce') ?? ''
  return askToken(issuer, agent, {
    ...{ params, headers: { dpop: await key.proof({ ...about, nonce }) } },
  })
}
