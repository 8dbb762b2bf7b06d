import { dirname, resolve } from 'node:path'
import { checkFiles, checkMeaning, placed } from './check-meaning.ts'
import type { Config, KeysConfig, LedgerConfig, ListenConfig } from './config.ts'
import { type ConfigFile, ConfigSchema } from './config-schema.ts'
import { type DraftText, readConfigText, refuseAny, shapeOf } from './config-text.ts'
import { overlay } from './environment.ts'
import { checkTenants, type LoadedTenants, loadTenants } from './load-tenants.ts'
import { loginFindings, loginsOf } from './login-config.ts'
import { literalLogins, resolveLogins } from './login-secrets.ts'
import { checkClients, checkOAuth, oauthOf } from './oauth-clients.ts'
import { literalSecrets, resolveSecrets } from './resolve-secrets.ts'
import { literalReviewer, resolveReviewer } from './reviewer-secrets.ts'
import { type Absolute, milliseconds, tenantConfigOf, tenantLedgerOf } from './tenant-config.ts'
import { certificatesOf, listenTlsOf } from './tls-config.ts'
import { checkWitnesses, witnessesOf } from './witnesses.ts'

export interface LoadOptions {
  /**
   * What the configuration is for. `run` is complete. `inspect` is for commands that start nothing:
   * secrets stay as written (`${NAME}`), so that nobody needs them to look at a runtime.
   */
  readonly purpose?: 'run' | 'inspect'
  /** What one of its files is to say, in place of what it says. */
  readonly draft?: DraftText | undefined
}

/**
 * The configuration in `file`, with the variables `PORTCULLIS_*` of `env` over it, and the files of
 * the other tenants. Relative paths begin at the folder of the file they stand in.
 * @throws PortcullisError `CONFIG_MISSING`; `CONFIG_INVALID` with every mistake, its place and its
 * cure; `CONFIG_INSECURE_LISTENER` when that is all that is wrong.
 */
export function loadConfig(
  file: string,
  env: NodeJS.ProcessEnv,
  { purpose = 'run', draft }: LoadOptions = {},
): Config {
  const read = readConfigText(file, draft)
  const { text, tree } = read
  const unknown = overlay(tree, ConfigSchema, env)
  const { value, source } = shapeOf(read, { file, schema: ConfigSchema, unknown })

  const written = value as ConfigFile
  const absolute = (path: string) => resolve(dirname(file), path)
  const meaning = [
    ...checkMeaning(written, tree),
    ...checkWitnesses(written, { tree, text, absolute }),
    ...checkTenants(written, tree, absolute),
    ...placed([...loginFindings(written, absolute)], tree),
    ...checkClients(written, { tree, absolute }),
    ...checkOAuth(written, tree),
  ]
  const warnings = [literalSecrets, literalLogins, literalReviewer].flatMap((literal) =>
    literal(written, tree, file),
  )
  const dataDir = absolute(written.data_dir)
  const others = () => loadTenants(written, { purpose, env, dataDir, absolute, draft })
  if (purpose === 'inspect') {
    refuseAny(meaning, source)
    return configOf(written, { file, warnings, absolute, dataDir, others: others() })
  }
  const servers = resolveSecrets(written, { tree, env })
  const logins = resolveLogins(servers.config, { tree, env })
  const resolved = resolveReviewer(logins.config, { tree, env })
  const unresolved = [...servers.problems, ...logins.problems, ...resolved.problems]
  refuseAny([...meaning, ...unresolved, ...checkFiles(written, tree, absolute)], source)
  return configOf(resolved.config, { file, warnings, absolute, dataDir, others: others() })
}

interface Setting {
  readonly file: string
  readonly warnings: readonly string[]
  readonly absolute: Absolute
  readonly dataDir: string
  readonly others: LoadedTenants
}

function configOf(
  written: ConfigFile,
  { file, warnings, absolute, dataDir, others }: Setting,
): Config {
  const { mcp, admin } = written.listen
  const witnesses = witnessesOf(written, absolute)
  return {
    ...tenantConfigOf(written, { file: resolve(file), dataDir, absolute }),
    listen: {
      mcp: listenerOf(mcp, absolute),
      ...(admin && { admin: listenerOf(admin, absolute) }),
    },
    limits: { answerBytes: written.limits.answer_bytes },
    identity: loginsOf(written.identity, absolute),
    keys: keysOf(written.keys, absolute),
    oauth: oauthOf(written.oauth),
    certificates: certificatesOf(written.certificates),
    ledger: ledgerOf(written.ledger),
    ...(witnesses && { witnesses }),
    ...reviewerOf(written),
    tenants: others.tenants,
    warnings: [...warnings, ...others.warnings],
  }
}

function reviewerOf({ tools: { reviewer } }: ConfigFile): Pick<Config, 'reviewer'> {
  if (reviewer === undefined) return {}
  const { timeout, kind: spoken, ...rest } = reviewer
  const kind = spoken === 'anthropic' ? 'anthropic' : 'openai'
  return { reviewer: { ...rest, kind, waitMs: milliseconds(timeout) } }
}

function listenerOf(written: ConfigFile['listen']['mcp'], absolute: Absolute): ListenConfig {
  const { host, port, tls } = written
  return {
    ...{ host, port, allowedHosts: written.allowed_hosts, allowedOrigins: written.allowed_origins },
    ...(tls && { tls: listenTlsOf(tls, absolute) }),
  }
}

function ledgerOf(ledger: ConfigFile['ledger']): LedgerConfig {
  const { origin, post_quantum: postQuantum, scrub, publish } = ledger
  return {
    ...tenantLedgerOf(ledger),
    ...(origin !== undefined && { origin }),
    ...{ postQuantum, scrubRate: scrub * 1024 * 1024 },
    publish: publish === 'none' || publish === 'all' ? publish : 'heads',
  }
}

function keysOf(
  { root, rotate_every: every, overlap }: ConfigFile['keys'],
  absolute: Absolute,
): KeysConfig {
  return {
    ...(root === undefined ? {} : { root: absolute(root) }),
    ...(every === undefined ? {} : { rotateEveryMs: milliseconds(every) }),
    overlapMs: milliseconds(overlap),
  }
}
