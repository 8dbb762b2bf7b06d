import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { parseSubjectPath } from '../../kernel/privacy/subject.ts'
import { checkFiles, checkMeaning, FOREVER } from './check-meaning.ts'
import { checkShape } from './check-shape.ts'
import type { Config, KeysConfig, LedgerConfig, PolicyConfig, ServerConfig } from './config.ts'
import { type ConfigFile, ConfigSchema } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import { overlay } from './environment.ts'
import { blotOut, blotOutValues, configError, type Problem, type Source } from './problems.ts'
import { literalSecrets, resolveSecrets } from './resolve-secrets.ts'
import { parseTomlTree, type Table, TomlError } from './toml-tree.ts'
import { checkWitnesses, witnessesOf } from './witnesses.ts'

/** Bytes of a configuration file. */
export const CONFIG_LIMIT_BYTES = 256 * 1024

export interface LoadOptions {
  /**
   * What the configuration is for. `run` is complete. `inspect` is for commands that start nothing:
   * secrets stay as written (`${NAME}`), so that nobody needs them to look at a runtime.
   */
  readonly purpose?: 'run' | 'inspect'
}

/**
 * The configuration in `file`, with the variables `PORTCULLIS_*` of `env` over it. Relative paths
 * begin at the file's folder.
 * @throws PortcullisError `CONFIG_MISSING`; `CONFIG_INVALID` with every mistake, its place and its
 * cure; `CONFIG_INSECURE_LISTENER` when that is all that is wrong.
 */
export function loadConfig(
  file: string,
  env: NodeJS.ProcessEnv,
  { purpose = 'run' }: LoadOptions = {},
): Config {
  const text = readText(file)
  const tree = parse(text, file)
  const unknown = overlay(tree, ConfigSchema, env)
  const shaped = checkShape(tree, ConfigSchema)
  const source = { file, text: blotOut(text, tree, shaped.shown) }
  refuseAny([...unknown, ...shaped.problems], source)

  const written = shaped.value as ConfigFile
  const absolute = (path: string) => resolve(dirname(file), path)
  const witnesses = checkWitnesses(written, { tree, text, absolute })
  const meaning = [...checkMeaning(written, tree), ...witnesses]
  const warnings = literalSecrets(written, tree, file)
  if (purpose === 'inspect') {
    refuseAny(meaning, source)
    return configOf(written, { file, warnings, absolute })
  }
  const resolved = resolveSecrets(written, { tree, env })
  refuseAny([...meaning, ...resolved.problems, ...checkFiles(written, tree, absolute)], source)
  return configOf(resolved.config, { file, warnings, absolute })
}

function refuseAny(problems: readonly Problem[], source: Source): void {
  if (problems.length > 0) throw configError(problems, source)
}

function readText(file: string): string {
  const bytes = readBytes(file)
  if (bytes.length > CONFIG_LIMIT_BYTES) {
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` is too long for a configuration`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` is not UTF-8`, { cause })
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (absent) throw new PortcullisError('CONFIG_MISSING', `there is no \`${file}\``, { cause })
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` cannot be read`, { cause })
  }
}

function parse(text: string, file: string): Table {
  try {
    return parseTomlTree(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw configError([error], { file, text: blotOutValues(text) })
  }
}

interface Setting {
  readonly file: string
  readonly warnings: readonly string[]
  readonly absolute: (path: string) => string
}

function configOf(written: ConfigFile, { file, warnings, absolute }: Setting): Config {
  const { mcp } = written.listen
  const witnesses = witnessesOf(written, absolute)
  return {
    file: resolve(file),
    dataDir: absolute(written.data_dir),
    policyDir: absolute(written.policy_dir),
    policy: policyOf(written.policy),
    roles: written.roles,
    agents: mapValues(written.agents, ({ token_ttl, ...agent }) => ({
      ...agent,
      tokenTtlMs: milliseconds(token_ttl),
    })),
    approvers: mapValues(written.approvers, ({ token_ttl, ...approver }) => ({
      ...approver,
      tokenTtlMs: milliseconds(token_ttl),
    })),
    approvals: {
      waitMs: milliseconds(written.approvals.wait),
      pendingPerAgent: written.approvals.pending_per_agent,
      pending: written.approvals.pending,
    },
    alerts: {
      alertAfter: written.alerts.alert_after,
      receiptsPerSource: written.alerts.receipts_per_source,
      receipts: written.alerts.receipts,
    },
    servers: mapValues(written.servers, (server) => serverOf(server, absolute)),
    memory: mapValues(written.memory, ({ seed, ...memory }) => ({
      ...memory,
      ...(seed === undefined ? {} : { seed: absolute(seed) }),
    })),
    budgets: mapValues(written.budgets, ({ per, per_agent: perAgent, ...budget }) => ({
      ...budget,
      perMs: milliseconds(per),
      perAgent,
    })),
    listen: {
      mcp: {
        host: mcp.host,
        port: mcp.port,
        allowedHosts: mcp.allowed_hosts,
        allowedOrigins: mcp.allowed_origins,
        ...(mcp.tls && { tls: { cert: absolute(mcp.tls.cert), key: absolute(mcp.tls.key) } }),
      },
    },
    attributes: written.attributes,
    keys: keysOf(written.keys, absolute),
    ledger: ledgerOf(written.ledger),
    ...(witnesses && { witnesses }),
    warnings,
  }
}

function ledgerOf(ledger: ConfigFile['ledger']): LedgerConfig {
  const { origin, post_quantum: postQuantum, scrub, payloads, retention, subjects } = ledger
  const { publish } = ledger
  const { keep, max_bytes: maxBytes, max_total_bytes: maxTotalBytes } = payloads
  const { payloads: ofPayloads, receipts } = retention
  return {
    ...(origin !== undefined && { origin }),
    ...{ postQuantum, scrubRate: scrub * 1024 * 1024 },
    publish: publish === 'none' || publish === 'all' ? publish : 'heads',
    payloads: { keep: keep === 'redacted' ? 'redacted' : 'none', maxBytes, maxTotalBytes },
    retention: {
      ...(ofPayloads !== FOREVER && { payloadsMs: milliseconds(ofPayloads) }),
      ...(receipts !== FOREVER && { receiptsMs: milliseconds(receipts) }),
    },
    subjects: mapValues(subjects, (path) => parseSubjectPath(path) ?? []),
  }
}

function keysOf(
  { root, rotate_every: every, overlap }: ConfigFile['keys'],
  absolute: (path: string) => string,
): KeysConfig {
  return {
    ...(root === undefined ? {} : { root: absolute(root) }),
    ...(every === undefined ? {} : { rotateEveryMs: milliseconds(every) }),
    overlapMs: milliseconds(overlap),
  }
}

function policyOf(policy: ConfigFile['policy']): PolicyConfig {
  const { record_requests: on, record_max_age: age, record_max_count: maxCount } = policy
  return {
    reload: policy.reload === 'push' ? 'push' : 'watch',
    recording: { on, maxAgeMs: milliseconds(age), maxCount },
  }
}

function serverOf(
  server: ConfigFile['servers'][string],
  absolute: (path: string) => string,
): ServerConfig {
  const callTimeoutMs = milliseconds(server.call_timeout)
  if (server.transport === 'stdio') {
    const { command, args, env, cwd, fulfils } = server
    const place = cwd === undefined ? {} : { cwd: absolute(cwd) }
    return { transport: 'stdio', command, args, env, ...place, callTimeoutMs, fulfils }
  }
  const { url, headers, fulfils, introspection_secret: introspectionSecret } = server
  const secret = introspectionSecret === undefined ? {} : { introspectionSecret }
  return { transport: 'http', url, headers, ...secret, callTimeoutMs, fulfils }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

/** The schema let nothing but durations through. */
function milliseconds(duration: string): number {
  const parsed = parseDuration(duration)
  if (parsed === undefined) throw new PortcullisError('INTERNAL', `no duration: \`${duration}\``)
  return parsed
}
