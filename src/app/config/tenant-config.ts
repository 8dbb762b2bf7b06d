import { PortcullisError } from '../../kernel/errors.ts'
import { parseSubjectPath } from '../../kernel/privacy/subject.ts'
import type { TrustMode } from '../../kernel/tools/pin.ts'
import { FOREVER } from './check-meaning.ts'
import type {
  PayloadChecks,
  PolicyConfig,
  ServerConfig,
  TenantConfig,
  TenantLedgerConfig,
} from './config.ts'
import { parseDuration } from './duration.ts'
import { mapValues } from './map-values.ts'
import { agentOf } from './oauth-clients.ts'
import { HTTP_PROTOCOLS, STDIO_PROTOCOLS } from './protocols.ts'
import { schemaPinOf } from './schemapin-config.ts'
import type { TenantFile } from './tenant-schema.ts'
import { peerTlsOf } from './tls-config.ts'

/** Makes a path of the file whole. */
export type Absolute = (path: string) => string

export interface TenantPlace {
  readonly file: string
  readonly dataDir: string
  readonly absolute: Absolute
}

/** What a file says of one tenant, with absolute paths and times in milliseconds. */
export function tenantConfigOf(
  written: TenantFile,
  { file, dataDir, absolute }: TenantPlace,
): TenantConfig {
  const { spaces, roles, members, attributes } = written
  return {
    ...{ file, dataDir, policyDir: absolute(written.policy_dir) },
    ...{ policy: policyOf(written.policy), spaces, roles, members, attributes },
    agents: mapValues(written.agents, (agent) => ({
      ...agentOf(agent, absolute),
      tokenTtlMs: milliseconds(agent.token_ttl),
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
    storage: {
      maxObjectBytes: written.storage.max_object_bytes,
      maxTotalBytes: written.storage.max_total_bytes,
    },
    alerts: {
      alertAfter: written.alerts.alert_after,
      receiptsPerSource: written.alerts.receipts_per_source,
      receipts: written.alerts.receipts,
    },
    labels: { windowMs: milliseconds(written.labels.window) },
    servers: mapValues(written.servers, (server) => serverOf(server, absolute)),
    tools: { trust: modeOf(written.tools.trust), relistMs: milliseconds(written.tools.relist) },
    memory: mapValues(written.memory, ({ seed, ...memory }) => ({
      ...memory,
      ...(seed === undefined ? {} : { seed: absolute(seed) }),
    })),
    budgets: mapValues(written.budgets, ({ per, per_agent: perAgent, ...budget }) => ({
      ...budget,
      perMs: milliseconds(per),
      perAgent,
    })),
    ledger: tenantLedgerOf(written.ledger),
  }
}

/** What of the ledger a tenant says for itself. */
export function tenantLedgerOf(ledger: TenantFile['ledger']): TenantLedgerConfig {
  const { payloads, retention, subjects } = ledger
  const { keep, max_bytes: maxBytes, max_total_bytes: maxTotalBytes } = payloads
  const { payloads: ofPayloads, receipts } = retention
  return {
    payloads: { keep: keep === 'redacted' ? 'redacted' : 'none', maxBytes, maxTotalBytes },
    retention: {
      ...(ofPayloads !== FOREVER && { payloadsMs: milliseconds(ofPayloads) }),
      ...(receipts !== FOREVER && { receiptsMs: milliseconds(receipts) }),
    },
    subjects: mapValues(subjects, (path) => parseSubjectPath(path) ?? []),
  }
}

function policyOf(policy: TenantFile['policy']): PolicyConfig {
  const { record_requests: on, record_max_age: age, record_max_count: maxCount } = policy
  return {
    reload: policy.reload === 'push' ? 'push' : 'watch',
    recording: { on, maxAgeMs: milliseconds(age), maxCount },
  }
}

const SANITISING = ['strict', 'on', 'mark', 'off'] as const

function payloadChecksOf({ schema, sanitise }: TenantFile['servers'][string]): PayloadChecks {
  const how = SANITISING.find((it) => it === sanitise) ?? 'on'
  return { schema: schema === 'lenient' ? 'lenient' : 'strict', sanitise: how }
}

function modeOf(trust: string): TrustMode {
  return trust === 'review' ? 'review' : 'first_use'
}

function serverOf(server: TenantFile['servers'][string], absolute: Absolute): ServerConfig {
  const callTimeoutMs = milliseconds(server.call_timeout)
  const { space, fulfils, trust } = server
  const isolation = server.isolation === 'shared' ? 'shared' : 'agent'
  const own = { ...(space !== undefined && { space }), ...(trust && { trust: modeOf(trust) }) }
  const checks = { ...payloadChecksOf(server), ...schemaPinOf(server.schemapin, absolute) }
  const both = { ...own, isolation, callTimeoutMs, fulfils, ...checks } as const
  if (server.transport === 'stdio') {
    const { command, args, env, cwd } = server
    const place = cwd === undefined ? {} : { cwd: absolute(cwd) }
    const protocol = oneOf(STDIO_PROTOCOLS, server.protocol)
    return { transport: 'stdio', command, args, env, protocol, ...place, ...both }
  }
  const { url, headers, introspection_secret: introspectionSecret } = server
  const secret = introspectionSecret === undefined ? {} : { introspectionSecret }
  const tls = peerTlsOf(server.tls, absolute)
  const protocol = oneOf(HTTP_PROTOCOLS, server.protocol)
  return { transport: 'http', url, headers, protocol, tls, ...secret, ...both }
}

/** The schema let nothing else through. */
function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((one) => one === text)
  if (found === undefined) throw new PortcullisError('INTERNAL', `none of them: \`${text}\``)
  return found
}

/** The schema let nothing but durations through. */
export function milliseconds(duration: string): number {
  const parsed = parseDuration(duration)
  if (parsed === undefined) throw new PortcullisError('INTERNAL', `no duration: \`${duration}\``)
  return parsed
}
