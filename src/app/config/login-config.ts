import { existsSync } from 'node:fs'
import { isLoopback } from './addresses.ts'
import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import type { LoginsFile } from './login-schema.ts'
import { mapValues } from './map-values.ts'
import type { Finding } from './problems.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Shortest and longest time that a session may be unused, and last, in milliseconds. */
export const SESSION_IDLE_BOUNDS_MS = [2 * MINUTE_MS, DAY_MS] as const
export const SESSION_LIFE_BOUNDS_MS = [5 * MINUTE_MS, 30 * DAY_MS] as const

/** How people prove who they are, checked. Times in ms, files absolute. */
export interface LoginsConfig {
  readonly sessionIdleMs: number
  readonly sessionLifeMs: number
  readonly passkeys?: { readonly rpId: string; readonly origins: readonly string[] }
  readonly ldap: Readonly<Record<string, LdapConfig>>
  readonly oidc: Readonly<Record<string, OidcConfig>>
}

export interface LdapConfig {
  readonly url: string
  readonly startTls: boolean
  readonly ca?: string
  readonly bind?: { readonly dn: string; readonly password: string }
  readonly base: string
  readonly filter: string
  readonly idAttribute: string
  readonly groups?: { readonly base: string; readonly filter: string }
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly attributes: Readonly<Record<string, string>>
  readonly tenants: readonly string[]
}

export interface OidcConfig {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly ca?: string
  readonly scope: string
  readonly redirectUris: readonly string[]
  readonly idClaim: string
  readonly rolesClaim: string
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly attributes: Readonly<Record<string, string>>
  readonly mfaAcr: readonly string[]
  readonly mfaAmr: readonly string[]
  readonly tenants: readonly string[]
}

/** What the schema cannot say. */
export function* loginFindings(
  { identity, tenants, roles }: ConfigFile,
  absolute: (path: string) => string,
): Generator<Finding> {
  yield* sessionTimes(identity)
  yield* passkeys(identity)
  for (const [name, ldap] of Object.entries(identity.ldap)) {
    const path = ['identity', 'ldap', name]
    const url = new URL(ldap.url)
    if (url.protocol === 'ldap:' && !ldap.start_tls && !isLoopback(url.hostname)) {
      const message = 'a password would be readable on the way: use `ldaps://`, or `start_tls`'
      yield { path: [...path, 'url'], message }
    }
    if ((ldap.bind_dn === undefined) !== (ldap.bind_password === undefined)) {
      yield { path, message: '`bind_dn` and `bind_password` go together' }
    }
  }
  for (const [name, { issuer, redirect_uris: uris }] of Object.entries(identity.oidc)) {
    const path = ['identity', 'oidc', name]
    for (const [key, texts] of Object.entries({ issuer: [issuer], redirect_uris: uris })) {
      if (texts.every(isSafe)) continue
      yield { path: [...path, key], message: 'beyond this machine it must be `https`' }
    }
  }
  for (const [kind, providers] of Object.entries({ ldap: identity.ldap, oidc: identity.oidc })) {
    for (const [name, provider] of Object.entries(providers)) {
      yield* provides(['identity', kind, name], provider, { tenants, roles, absolute })
    }
  }
}

interface Declared {
  readonly tenants: object
  readonly roles: object
  readonly absolute: (path: string) => string
}

function* provides(
  path: readonly string[],
  provider: Pick<LoginsFile['ldap'][string], 'tenants' | 'roles' | 'ca'>,
  { tenants, roles, absolute }: Declared,
): Generator<Finding> {
  for (const tenant of provider.tenants) {
    if (tenant === 'default' || Object.hasOwn(tenants, tenant)) continue
    const message = `no tenant \`${tenant}\` is declared: \`[tenants.${tenant}]\``
    yield { path: [...path, 'tenants'], message }
  }
  const own = provider.tenants.every((tenant) => tenant === 'default')
  for (const [group, names] of Object.entries(provider.roles)) {
    const unknown = names.find((name) => own && !isRole(name) && !Object.hasOwn(roles, name))
    if (unknown === undefined) continue
    const message = `no role \`${unknown}\` is declared: \`[roles.${unknown}]\``
    yield { path: [...path, 'roles', group], message }
  }
  if (provider.ca === undefined || existsSync(absolute(provider.ca))) return
  yield {
    path: [...path, 'ca'],
    message: "the file is not there (paths begin at this file's folder)",
  }
}

function isRole(name: string): boolean {
  return name === 'super_admin'
}

function* sessionTimes({ session_idle: idle, session_life: life }: LoginsFile): Generator<Finding> {
  const bounds = [
    ['session_idle', idle, SESSION_IDLE_BOUNDS_MS, '`2m` to `24h`'],
    ['session_life', life, SESSION_LIFE_BOUNDS_MS, '`5m` to `30d`'],
  ] as const
  for (const [key, text, [least, most], words] of bounds) {
    const ms = parseDuration(text) ?? 0
    if (ms < least || ms > most) {
      yield { path: ['identity', key], message: `\`identity.${key}\` may be from ${words}` }
    }
  }
}

function* passkeys({ passkeys: { rp_id: id, origins } }: LoginsFile): Generator<Finding> {
  const path = ['identity', 'passkeys', 'origins']
  if (id === undefined) {
    if (origins.length > 0) yield { path, message: 'passkeys need their domain: `rp_id`' }
    return
  }
  if (origins.length === 0) yield { path, message: 'say at which origins passkeys may be used' }
  for (const origin of origins) {
    const { hostname } = new URL(origin)
    const isOwn = hostname === id || hostname.endsWith(`.${id}`)
    if (isOwn && isSafe(origin)) continue
    yield { path, message: `\`${origin}\` is no secure origin of \`${id}\`` }
  }
}

/** `https`, or this machine. */
function isSafe(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

export function loginsOf(
  { session_idle: idle, session_life: life, passkeys, ldap, oidc }: LoginsFile,
  absolute: (path: string) => string,
): LoginsConfig {
  const { rp_id: rpId, origins } = passkeys
  return {
    ...{ sessionIdleMs: parseDuration(idle) ?? 0, sessionLifeMs: parseDuration(life) ?? 0 },
    ...(rpId !== undefined && { passkeys: { rpId, origins } }),
    ldap: mapValues(ldap, (entry) => ldapOf(entry, absolute)),
    oidc: mapValues(oidc, (entry) => oidcOf(entry, absolute)),
  }
}

function ldapOf(file: LoginsFile['ldap'][string], absolute: (path: string) => string): LdapConfig {
  const { start_tls: startTls, ca, bind_dn: dn, bind_password: password, ...rest } = file
  const { id_attribute: idAttribute, group_base: base, group_filter: filter, ...same } = rest
  return {
    ...{ ...same, startTls, idAttribute },
    ...(ca !== undefined && { ca: absolute(ca) }),
    ...(dn !== undefined && password !== undefined && { bind: { dn, password } }),
    ...(base !== undefined && { groups: { base, filter } }),
  }
}

function oidcOf(file: LoginsFile['oidc'][string], absolute: (path: string) => string): OidcConfig {
  const { client_id: clientId, client_secret: clientSecret, ca, ...rest } = file
  const { redirect_uris: redirectUris, id_claim: idClaim, roles_claim: rolesClaim, ...more } = rest
  const { mfa_acr: mfaAcr, mfa_amr: mfaAmr, ...same } = more
  return {
    ...{ ...same, clientId, redirectUris, idClaim, rolesClaim, mfaAcr, mfaAmr },
    ...(clientSecret !== undefined && { clientSecret }),
    ...(ca !== undefined && { ca: absolute(ca) }),
  }
}
