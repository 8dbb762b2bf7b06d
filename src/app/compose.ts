import { mkdir } from 'node:fs/promises'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import type { RecordedEvent } from '../kernel/receipt/receipt.ts'
import { claimedCheckpoint } from '../kernel/tlog/checkpoint.ts'
import { watchClock } from '../pipeline/clock-watch.ts'
import { createGate } from '../pipeline/gate.ts'
import type { Log, Ports, Recordings } from '../pipeline/ports.ts'
import { RefusalWatch } from '../pipeline/refusal-watch.ts'
import type { Keys } from '../stores/keys-file/open-keys.ts'
import type { OpenLedger } from '../stores/segments/open-ledger.ts'
import type { LedgerReader } from '../stores/segments/read-ledger.ts'
import { openApprovalDesk } from './approval-desk.ts'
import { configuredAssurances } from './assurances.ts'
import { type Closing, closing } from './closing.ts'
import { type Config, configDigest } from './config.ts'
import { keysDirectory, ledgerDirectory, usageFile } from './data-files.ts'
import { openStanding } from './identity/open-standing.ts'
import { openKeyDesk } from './keys/open-key-desk.ts'
import { openIdentities } from './open-identities.ts'
import { openMemory } from './open-memory.ts'
import { openPolicies } from './open-policies.ts'
import {
  connectMcpServers,
  declaredAttributes,
  IndexFollower,
  openKeys,
  openLedger,
  openUsage,
  readLedger,
  scrubLedger,
} from './parts.ts'
import { openPrivacy } from './privacy/open-privacy.ts'
import { startRecording } from './privacy/recorded-requests.ts'
import { lastRecordedAt } from './read-receipts.ts'
import { recordEvent, recordHappened } from './record-event.ts'
import { routeConnector } from './route-connector.ts'
import { systemAlarm, systemClock, uuidIds } from './system-ports.ts'
import { openWitnessedHeads } from './witnessed-heads.ts'

/** There is one tenant so far; every record already says whose it is. */
export const TENANT = DEFAULT_TENANT

const NO_RECORDINGS: Recordings = { keep: () => undefined }

/** Everything that a configuration asks for, connected and not yet listening. */
export type Parts = Awaited<ReturnType<typeof compose>>

/**
 * Connects the parts. Rejects when one of them can't stand: keys that others may read, a ledger
 * that does not verify, a policy with a mistake. Nothing listens then.
 */
export async function compose(config: Config, log: Log) {
  const opened = closing()
  try {
    return await connect(config, log, opened)
  } catch (error) {
    await opened.close().catch((failure: Error) => {
      log.error('runtime.unclosed', { reason: failure.message })
    })
    throw error
  }
}

/** First what may refuse to stand, last the servers: nothing is started in vain. */
async function connect(config: Config, log: Log, opened: Closing) {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const clock = systemClock
  const ids = uuidIds(clock)
  const keys = await openKeys(keysDirectory(config.dataDir), config.ledger)
  const directory = ledgerDirectory(config.dataDir)
  const last = lastRecordedAt(directory)
  const signers = keys.keyring.signers
  const follower = new IndexFollower({ directory, log })
  opened.add(() => follower.close())
  const ledger = await openLedger({ directory, signers, log, clock, ids, runs: follower.runs })
  opened.add(() => ledger.close())
  const receipts = watchClock(ledger, { ids, last })
  const recorder = { ledger: receipts, clock, ids }
  const keyDesk = await openKeyDesk(config, { keys, ledger, receipts, clock, ids, log })
  const own = { tenant: TENANT, origin: ledger.of(TENANT).origin, keyring: keys.keyring }
  const privacy = await openPrivacy(config, { ...own, ...recorder, log, alarm: systemAlarm })
  opened.add(() => privacy.close())
  const scrub = startScrub(config, keys, { directory, ledger, log, clock, ids })
  opened.add(() => scrub?.close())
  const reader = await readBehind(ledger, { directory, follower, opened })
  const witnessed = await openWitnessedHeads(config, { source: ledger, log, ...recorder })
  opened.add(() => witnessed.close())
  const usage = openUsage({
    ...{ file: usageFile(config.dataDir), ledger: reader.of(TENANT) },
    ...{ budgets: config.budgets, log, now: clock.now() },
  })
  opened.add(() => usage.close())
  opened.add(ledger.subscribe((receipt) => usage.apply(receipt)))
  const { policies, control } = openPolicies(config, { log, ...recorder })
  opened.add(() => policies.close())
  const memory = openMemory(config, TENANT, privacy)
  opened.add(() => memory.close())
  await recordEvent(recorder, configLoaded(config))
  const report = (event: RecordedEvent) => void recordHappened(recorder, event, log)
  const servers = connectMcpServers(config.servers, { log, report })
  opened.add(() => servers.close())

  const standing = openStanding(config.dataDir, { log, opened, ...recorder })
  const { tokens, identities, admissions } = openIdentities(config, keys, standing)
  const connector = routeConnector({ 'tool.call': servers, ...memory.routes })
  const recording = startRecording(config, { log, keys, privacy, reader })
  opened.add(() => recording?.close())
  const recordings = recording ?? NO_RECORDINGS
  const attributes = declaredAttributes(config.attributes)
  const assurances = configuredAssurances(config)
  const held = { tenant: TENANT, privacy, reader }
  const desk = openApprovalDesk(config, { ...held, log, policies, ...recorder })
  opened.add(() => desk.close())
  const deciding = { identities, policies, attributes, usage: usage.book, assurances, recordings }
  const watching = { ...recorder, alarm: systemAlarm, log, bounds: config.alerts }
  const refusals = new RefusalWatch(watching)
  const { approvals } = desk
  const asking = { approvals, finality: witnessed.finality, refusals, admissions }
  const { digests, payloads } = privacy
  const ports: Ports = { ...deciding, ...recorder, ...asking, connector, digests, payloads }
  const gate = createGate(ports)
  const whole = { config, log, keys, ports, gate, approvals, refusals, close: () => opened.close() }
  const used = { usage: usage.book, recording, keyDesk, privacy, reader }
  const place = { tenant: TENANT, ledgerPlace: directory, standing }
  return { ...whole, ...used, ...place, ledger, policies, control, tokens, servers }
}

/** Keeps the index behind the ledger, and reads the ledger through it as far as it is durable. */
async function readBehind(
  ledger: OpenLedger,
  parts: { directory: string; follower: IndexFollower; opened: Closing },
): Promise<LedgerReader> {
  const { directory, follower, opened } = parts
  follower.follow(ledger.checkpoint())
  opened.add(ledger.onHead((note) => follower.follow(note)))
  await follower.caughtUp()
  const durable = () => claimedCheckpoint(ledger.checkpoint()).size
  const reader = readLedger(directory, { durable })
  opened.add(() => reader.close())
  return reader
}

function configLoaded(config: Config): RecordedEvent {
  const digest = configDigest(config)
  return { name: 'config.loaded', detail: 'in force', ...(digest && { digest }) }
}

/** Reads the ledger again behind its writer, unless the configuration has none of it. */
function startScrub(
  { ledger: { scrubRate } }: Config,
  { keyring }: Keys,
  parts: Omit<Parameters<typeof scrubLedger>[0], 'keys'>,
) {
  const keys = () => keyring.keys.map((key) => ({ ...key, lastSize: key.final?.size }))
  return scrubRate === 0 ? undefined : scrubLedger({ ...parts, keys, bytesPerSecond: scrubRate })
}
