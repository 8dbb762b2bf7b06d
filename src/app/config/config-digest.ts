import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import type { Config, ServerConfig } from './config.ts'

/**
 * The digest of the configuration in force. Secrets are left out, and all that may hold one: of a
 * server its arguments, the values of its variables and headers, and its address but for the host.
 * A plain digest of them would tell a secret that can be guessed.
 */
export function configDigest({ servers, warnings: _, ...config }: Config): string | undefined {
  const told = Object.entries(servers).map(([name, server]) => [name, withoutSecrets(server)])
  return definitionDigest(plain({ ...config, servers: Object.fromEntries(told) }))
}

function withoutSecrets(server: ServerConfig): JsonObject {
  const { transport, callTimeoutMs, fulfils } = server
  const both = { transport, callTimeoutMs, fulfils: [...fulfils] }
  if (server.transport === 'stdio') {
    const { command, args, env, cwd = null } = server
    return { ...both, command, cwd, args: args.length, env: Object.keys(env).sort() }
  }
  const { url, headers, introspectionSecret } = server
  const introspects = introspectionSecret !== undefined
  return { ...both, host: new URL(url).host, headers: Object.keys(headers).sort(), introspects }
}

/** As JSON says it: without members that are undefined. */
function plain(value: object): JsonObject {
  const copy: JsonValue = JSON.parse(JSON.stringify(value))
  return isJsonObject(copy) ? copy : {}
}
