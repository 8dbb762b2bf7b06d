import { mkdir } from 'node:fs/promises'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import type { LabelBook } from '../../kernel/labels/label-book.ts'
import { TaskConditions } from '../../kernel/mcp/task-conditions.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { CrossingWatch } from '../../pipeline/crossing-watch.ts'
import type { Connector, Ports, Recordings } from '../../pipeline/ports.ts'
import { RefusalWatch } from '../../pipeline/refusal-watch.ts'
import { AdminConnector } from '../admin/admin-connector.ts'
import { openApprovalDesk } from '../approval-desk.ts'
import { configuredAssurances } from '../assurances.ts'
import type { Closing } from '../closing.ts'
import { configDigest, type TenantConfig } from '../config.ts'
import { usageFile } from '../data-files.ts'
import { onlyOf } from '../identities.ts'
import { openPolicies } from '../open-policies.ts'
import {
  approverTokens,
  connectMcpServers,
  declaredAttributes,
  openUsage,
  toolSchemas,
} from '../parts.ts'
import { openPrivacy } from '../privacy/open-privacy.ts'
import { startRecording } from '../privacy/recorded-requests.ts'
import { recordEvent, recordHappened } from '../record-event.ts'
import { openResources } from '../resources/open-resources.ts'
import { askClient, routeConnector } from '../route-connector.ts'
import type { OutstandingSvid } from '../run/svid-desk.ts'
import { readLabels } from '../run-labels.ts'
import { reachServers } from '../tls/reach-servers.ts'
import { type OpenSignatures, openSignatures } from '../tools/open-signatures.ts'
import { openToolTrust } from '../tools/open-tool-trust.ts'
import { signedCalls } from '../tools/signed-calls.ts'
import { signedTrust } from '../tools/signed-trust.ts'
import { LiveServers } from './live-servers.ts'
import type { Shared } from './shared.ts'
import { spacesOf } from './spaces.ts'

/** One tenant, connected: what it shares with the others, and beside it what is its own alone. */
export type TenantParts = Awaited<ReturnType<typeof openTenant>>

const NO_RECORDINGS: Recordings = { keep: () => undefined }

/**
 * Connects the parts of one tenant: first what may refuse to stand, last the servers, so that
 * nothing is started in vain. Each port is bound to the tenant here and can reach no other's data.
 */
export async function openTenant(tenant: Tenant, shared: Shared, opened: Closing) {
  const { log, clock, ids, alarm, reader } = shared
  const config = configOf(tenant, shared)
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const recorder = { ledger: await beginLog(tenant, shared), clock, ids }
  const { origin } = shared.ledger.of(tenant)
  const privacy = await openPrivacy(config, { ...shared, ...recorder, tenant, origin })
  opened.add(() => privacy.close())
  const usage = countUsage(tenant, shared, opened)
  const labels = followLabels(tenant, shared, opened)
  const { policies, control } = openPolicies(config, { log, ...recorder })
  opened.add(() => policies.close())
  const live = new LiveServers(config.servers, shared.certificates)
  const declared = { ...config.attributes, spaces: spacesOf(config, live) }
  const around = { tenant, policies, attributes: declaredAttributes(declared), clock, ids, privacy }
  const resources = await openResources(config, around)
  opened.add(() => resources.close())
  await recordEvent(recorder, configLoaded(config))
  const report = (event: RecordedEvent) => void recordHappened(recorder, event, log)
  const reached = await reachServers(config.servers, shared.certificates)
  const pins = shared.signingKeys.of(tenant)
  const signing = { pins, clock, alarm, log, report, opened }
  const signatures = openSignatures(config.servers, signing)
  const { reviewer } = shared.installation
  const trusting = { tenant, recorder, live, log, reader, opened, reviewer, signatures }
  const tools = await openToolTrust(config, trusting)
  const { relistMs } = config.tools
  const servers = tools.guard(connectMcpServers(reached, { log, report, relistMs }))
  opened.add(() => servers.close())
  const recording = startRecording(config, { tenant, log, keys: shared.keys, privacy, reader })
  opened.add(() => recording?.close())
  const desk = openApprovalDesk(config, { tenant, log, policies, privacy, reader, ...recorder })
  opened.add(() => desk.close())

  const admin = new AdminConnector()
  const called = mcpRoutes(servers, signatures)
  const { origin: issuer, identity } = shared.keys
  const tokens = { tenant, origin: issuer, ...identity, approvers: config.approvers }
  const { approvals } = desk
  const refusals = new RefusalWatch({ ...recorder, alarm, log, bounds: config.alerts })
  const ports: Ports = {
    ...recorder,
    identities: onlyOf(tenant, shared.identities),
    admissions: shared.admissions,
    roles: shared.directory,
    attributes: resources.attributes,
    ...{ policies: resources.policies, usage: usage.book, labels, approvals, refusals },
    tasks: new TaskConditions(),
    crossings: new CrossingWatch({ ...recorder, alarm, log }),
    assurances: configuredAssurances(config, live, shared.installation.witnesses !== undefined),
    connector: routeConnector({ ...called, ...resources.routes, 'admin.call': admin }),
    trust: signedTrust(tools.desk, signatures),
    sanitising: (server) => live.find(server)?.sanitise ?? 'on',
    schemas: toolSchemas({ log, mode: (server) => live.find(server)?.schema ?? 'strict' }),
    recordings: recording ?? NO_RECORDINGS,
    ...{ finality: shared.finality, digests: privacy.digests, payloads: privacy.payloads },
  }
  const launches = new Map<string, OutstandingSvid>()
  const administered = { admin, approverTokens: approverTokens(tokens), launches }
  const behind = { servers, live, signatures, tools }
  const own = { tenant, config, ports, approvals, refusals, policies, control, ...behind }
  const used = { usage: usage.book, recording, privacy, resources }
  return { ...shared, ...own, ...administered, ...used }
}

function configOf(tenant: Tenant, { configs }: Shared): TenantConfig {
  const config = configs.get(tenant)
  if (config !== undefined) return config
  throw new PortcullisError('TENANT_UNKNOWN', 'no tenant of that name is declared')
}

/** Its own log. That of `default` is always there; another is made by its first receipt. */
async function beginLog(tenant: Tenant, { ledger, ledgerOf, reader, ...shared }: Shared) {
  const own = ledgerOf(tenant)
  if (tenant !== DEFAULT_TENANT && ledger.of(tenant).size === 0) {
    await recordEvent({ ...shared, ledger: own }, { name: 'tenant.opened', detail: tenant })
  }
  reader.refresh()
  return own
}

/** The counts of its own receipts. */
function countUsage(tenant: Tenant, shared: Shared, opened: Closing) {
  const { ledger, reader, log, clock } = shared
  const { dataDir, budgets } = configOf(tenant, shared)
  const { origin } = ledger.of(tenant)
  reader.refresh()
  const usage = openUsage({
    ...{ file: usageFile(dataDir), ledger: reader.of(tenant), budgets, log, now: clock.now() },
  })
  opened.add(() => usage.close())
  opened.add(
    ledger.subscribe((receipt) => {
      if (receipt.log === origin) usage.apply(receipt)
    }),
  )
  return usage
}

/** All that is asked of MCP servers, and what they ask of their clients. */
function mcpRoutes(servers: Connector, signatures: OpenSignatures) {
  const calls = signedCalls(servers, signatures)
  return { 'tool.call': calls, 'mcp.request': servers, 'client.request': askClient }
}

/** What its agents were given, by its own receipts. */
function followLabels(tenant: Tenant, shared: Shared, opened: Closing): LabelBook {
  const { ledger, reader, clock } = shared
  const { origin } = ledger.of(tenant)
  const book = readLabels(reader.of(tenant), configOf(tenant, shared).labels, clock.now())
  opened.add(
    ledger.subscribe((receipt) => {
      if (receipt.log === origin) book.apply(receipt)
    }),
  )
  return book
}

function configLoaded(config: TenantConfig): RecordedEvent {
  const digest = configDigest(config)
  return { name: 'config.loaded', detail: 'in force', ...(digest && { digest }) }
}
