import { mkdir } from 'node:fs/promises'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { OpenLedger } from '../../stores/segments/open-ledger.ts'
import type { LedgerReader } from '../../stores/segments/read-ledger.ts'
import type { Closing } from '../closing.ts'
import type { Config, TenantConfig } from '../config.ts'
import { directoryFile, keysDirectory, ledgerDirectory, signingKeysFile } from '../data-files.ts'
import { declaredDirectory } from '../identity/declared-directory.ts'
import { directoryOf } from '../identity/directory.ts'
import { openStanding } from '../identity/open-standing.ts'
import { openKeyDesk } from '../keys/open-key-desk.ts'
import { openIdentities } from '../open-identities.ts'
import {
  IndexFollower,
  type Keys,
  openDirectory,
  openKeys,
  openLedger,
  openSigningKeys,
  readLedger,
  scrubLedger,
} from '../parts.ts'
import { openPeople } from '../people/open-people.ts'
import { ledgerBodies } from '../privacy/ledger-bodies.ts'
import { recordHappened } from '../record-event.ts'
import { systemAlarm, systemClock, uuidIds } from '../system-ports.ts'
import { Certificates } from '../tls/certificates.ts'
import { openWitnessedHeads } from '../witnessed-heads.ts'
import { tenantLedgers } from './tenant-ledgers.ts'

/** What all tenants share: none of it tells one of them anything about another. */
export type Shared = Awaited<ReturnType<typeof openShared>>

/** The configuration of each tenant, `default` first. */
export function tenantConfigs(config: Config): ReadonlyMap<Tenant, TenantConfig> {
  // The schema lets no other spelling through.
  const others = Object.entries(config.tenants).map(([name, its]) => [name as Tenant, its] as const)
  return new Map<Tenant, TenantConfig>([[DEFAULT_TENANT, config], ...others])
}

/** Clock, keys, the files of the ledger, who there is, and how one proves who one is. */
export async function openShared(installation: Config, log: Log, opened: Closing) {
  const { dataDir } = installation
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const clock = systemClock
  const ids = uuidIds(clock)
  const started = new Date(clock.now()).toISOString()
  const base = { log, clock, ids, alarm: systemAlarm }
  const keys = await openKeys(keysDirectory(dataDir), installation.ledger)
  const ledgerPlace = ledgerDirectory(dataDir)
  const follower = new IndexFollower({ directory: ledgerPlace, log })
  opened.add(() => follower.close())
  const { signers } = keys.keyring
  const ledger = await openLedger({ ...base, directory: ledgerPlace, signers, runs: follower.runs })
  opened.add(() => ledger.close())
  const configs = tenantConfigs(installation)
  const ledgerOf = tenantLedgers([...configs.keys()], { ledger, ledgerPlace, ids })
  // What is about the installation, and nobody's alone, stands in the log of tenant `default`.
  const home = ledgerOf(DEFAULT_TENANT)
  const keyDesk = await openKeyDesk(installation, { ...base, keys, ledger, receipts: home })
  const scrub = startScrub(installation, keys, { ...base, directory: ledgerPlace, ledger })
  opened.add(() => scrub?.close())
  const reader = await readBehind(ledger, { directory: ledgerPlace, follower, opened })
  const report = (event: RecordedEvent) =>
    void recordHappened({ ...base, ledger: home }, event, log)
  const { origin, keyring } = keys
  const certificates = await Certificates.open(installation, { ...base, origin, report })
  opened.add(() => certificates.close())
  const heads = { source: ledger, ledger: home, keyring, log, clock, ids, certificates }
  const { finality, close } = await openWitnessedHeads(installation, heads)
  opened.add(close)
  const store = openDirectory(directoryFile(dataDir))
  opened.add(() => store.close())
  const declared = [...configs].map(([name, its]) => [name, declaredDirectory(its)] as const)
  const directory = directoryOf(new Map(declared), store)
  const bodies = ledgerBodies(ledgerPlace, () => keys.keyring.signers)
  const files = { ledger, ledgerOf, ledgerPlace, reader, bodies }
  const signingKeys = openSigningKeys(signingKeysFile(dataDir))
  opened.add(() => signingKeys.close())
  const standing = openStanding(dataDir, { ...base, ledgerOf, opened })
  const people = openPeople(installation, { ...base, keys, standing, directory, opened })
  const known = { directory, standing, people, certificates, signingKeys }
  const identity = { ...known, ...openIdentities(configs, keys, { ...known, dataDir, opened }) }
  return { ...base, ...files, ...identity, installation, configs, keys, keyDesk, finality, started }
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

/** Reads the ledger again behind its writer, unless the configuration has none of it. */
function startScrub(
  { ledger: { scrubRate } }: Config,
  { keyring }: Keys,
  parts: Omit<Parameters<typeof scrubLedger>[0], 'keys'>,
) {
  const signing = () => keyring.keys.filter(({ purpose }) => purpose === 'checkpoint')
  const keys = () => signing().map((key) => ({ ...key, lastSize: key.final?.size }))
  return scrubRate === 0 ? undefined : scrubLedger({ ...parts, keys, bytesPerSecond: scrubRate })
}
