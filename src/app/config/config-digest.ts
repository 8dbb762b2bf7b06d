import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import type { Config, ServerConfig, TenantConfig } from './config.ts'
import type { LoginsConfig } from './login-config.ts'
import { mapValues } from './map-values.ts'

/**
 * The digest of the configuration in force, of one tenant. Secrets are left out, and all that may
 * hold one: of a server its arguments, the values of its variables and headers, and its address but
 * for the host. A plain digest of them would tell a secret that can be guessed.
 */
export function configDigest(config: Config | TenantConfig): string | undefined {
  const { servers, warnings: _, tenants, ...rest } = { warnings: [], tenants: {}, ...config }
  const told = Object.entries(servers).map(([name, server]) => [name, withoutSecrets(server)])
  // Each tenant has a digest of its own; here stands only which file it was read from.
  const files = Object.entries(tenants).map(([name, { file }]) => [name, file])
  const people = 'identity' in rest ? { identity: withoutLoginSecrets(rest.identity) } : {}
  const declared = { servers: Object.fromEntries(told), tenants: Object.fromEntries(files) }
  const others = { ...declared, ...people }
  return definitionDigest(plain({ ...rest, ...others }))
}

function withoutSecrets(server: ServerConfig): JsonObject {
  const { transport, protocol, callTimeoutMs, isolation, schema, sanitise, schemapin } = server
  const signers = schemapin && { schemapin: plain(schemapin) }
  const checks = { fulfils: [...server.fulfils], isolation, schema, sanitise, ...signers }
  const both = { transport, protocol, callTimeoutMs, ...checks }
  if (server.transport === 'stdio') {
    const { command, args, env, cwd = null } = server
    return { ...both, command, cwd, args: args.length, env: Object.keys(env).sort() }
  }
  const { url, headers, introspectionSecret } = server
  const introspects = introspectionSecret !== undefined
  return { ...both, host: new URL(url).host, headers: Object.keys(headers).sort(), introspects }
}

function withoutLoginSecrets({ ldap, oidc, ...identity }: LoginsConfig): object {
  const directories = mapValues(ldap, ({ bind, ...rest }) => ({ ...rest, bind: bind?.dn }))
  const providers = mapValues(oidc, ({ clientSecret: _, ...rest }) => rest)
  return { ...identity, ldap: directories, oidc: providers }
}

/** As JSON says it: without members that are undefined. */
function plain(value: object): JsonObject {
  const copy: JsonValue = JSON.parse(JSON.stringify(value))
  return isJsonObject(copy) ? copy : {}
}
