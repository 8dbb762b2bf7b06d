import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isRedirectUri } from '../../inbound/oauth/redirect-uri.ts'
import { type PublicJwk, publicJwks } from '../../kernel/identity/public-jwk.ts'
import type { AgentConfig, OAuthConfig } from './config.ts'
import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import type { Problem } from './problems.ts'
import { placeAt, type Table } from './toml-tree.ts'

/** How long a consent may hold, in milliseconds: a minute to 90 days. */
export const CONSENT_BOUNDS_MS = { least: 60_000, most: 90 * 86_400_000 }

/** Makes a path of the file whole. */
type Absolute = (path: string) => string
type AgentFile = ConfigFile['agents'][string]

/** What a schema cannot say of clients: that keys are public ones, and addresses may be gone to. */
export function checkClients(
  { agents }: Pick<ConfigFile, 'agents'>,
  { tree, absolute }: { readonly tree: Table; readonly absolute: Absolute },
): readonly Problem[] {
  const problems: Problem[] = []
  const report = (path: readonly (string | number)[], message: string) =>
    problems.push({ place: placeAt(tree, path), message })
  for (const [name, agent] of Object.entries(agents)) {
    agent.keys.forEach((key, at) => {
      if (keysIn(key, absolute) === undefined) report(['agents', name, 'keys', at], NO_KEY)
    })
    agent.redirect_uris.forEach((uri, at) => {
      if (!isRedirectUri(uri)) report(['agents', name, 'redirect_uris', at], NO_REDIRECT)
    })
  }
  return problems
}

/** Of `[oauth]` itself. */
export function checkOAuth({ oauth }: ConfigFile, tree: Table): readonly Problem[] {
  const consent = parseDuration(oauth.consent_ttl) ?? 0
  if (consent >= CONSENT_BOUNDS_MS.least && consent <= CONSENT_BOUNDS_MS.most) return []
  const message = 'a consent may hold from `1m` to `90d`'
  return [{ place: placeAt(tree, ['oauth', 'consent_ttl']), message }]
}

const NO_KEY =
  'no public key, P-256 or Ed25519, as PEM, JWK or JWK Set; never put a private one here'
const NO_REDIRECT =
  'a browser goes back to `https`, to `http` on this machine, or to `com.example:/…`'

/** What is written of an agent, with its keys read. */
export function agentOf(
  { token_ttl: _ttl, redirect_uris: redirectUris, acts_for: actsFor, keys, ...agent }: AgentFile,
  absolute: Absolute,
): Omit<AgentConfig, 'tokenTtlMs'> {
  const read = keys.flatMap((key) => keysIn(key, absolute) ?? [])
  return { ...agent, redirectUris, actsFor, keys: read }
}

export function oauthOf({
  issuer,
  delegation_depth,
  consent_ttl,
}: ConfigFile['oauth']): OAuthConfig {
  return {
    ...(issuer === undefined ? {} : { issuer }),
    delegationDepth: delegation_depth,
    consentTtlMs: parseDuration(consent_ttl) ?? 0,
  }
}

/** The keys in a text or a file; nothing where it holds something else, or cannot be read. */
function keysIn(key: string, absolute: Absolute): readonly PublicJwk[] | undefined {
  if (key.startsWith('{')) return publicKeysOf(key)
  try {
    return publicKeysOf(readFileSync(absolute(key), 'utf8'))
  } catch {
    // Not there, or not ours to read: reported with the place that names it.
    return undefined
  }
}

/** The public keys in PEM, a JWK or a JWK Set; nothing for anything else, a private key too. */
export function publicKeysOf(text: string): readonly PublicJwk[] | undefined {
  try {
    const pem = text.includes('-----BEGIN PUBLIC KEY-----')
    return publicJwks(pem ? createPublicKey(text).export({ format: 'jwk' }) : JSON.parse(text))
  } catch {
    // Neither PEM nor JSON.
    return undefined
  }
}
