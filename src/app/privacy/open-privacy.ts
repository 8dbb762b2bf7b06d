import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Action } from '../../kernel/action.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { subjectOf } from '../../kernel/privacy/subject.ts'
import type {
  Alarm,
  Clock,
  Digester,
  Ids,
  Ledger,
  Log,
  Payloads,
  SubjectSeal,
} from '../../pipeline/ports.ts'
import type { HoldFile } from '../../stores/payloads/hold-file.ts'
import type { OpenPayloads } from '../../stores/payloads/open-payloads.ts'
import { closing } from '../closing.ts'
import type { Config } from '../config.ts'
import { dataKeysFile, ledgerDirectory } from '../data-files.ts'
import { openHolds, openPayloads, openTenantKey, sealedTexts } from '../parts.ts'
import { findReceipts } from '../read-receipts.ts'
import { Erasures, type RecordedPast } from './erasures.ts'
import { ledgerBodies } from './ledger-bodies.ts'
import { Retention } from './retention.ts'

/** Whose data is in the payloads, what is kept of it, and what keeps it from being deleted. */
export interface Privacy {
  readonly payloads: Payloads
  readonly digests: Digester
  /** For what other stores keep of the same subjects. */
  readonly seal: SubjectSeal
  /** Of whom an action is about. */
  pseudonymOf(action: Action, identity: Identity): string
  readonly store: OpenPayloads
  readonly holds: HoldFile
  readonly erasures: Erasures
  readonly retention: Retention
  readonly past: RecordedPast
  close(): Promise<void>
}

interface Needed {
  readonly tenant: string
  readonly ledger: Ledger
  /** Name of the ledger, to which what is kept is bound. */
  readonly origin: string
  readonly log: Log
  readonly clock: Clock
  readonly ids: Ids
  readonly alarm: Alarm
  /** Who seals what pruning changes. */
  readonly keyring: { readonly signers: ReturnType<Parameters<typeof ledgerBodies>[1]> }
}

/**
 * Opens the data keys, the kept payloads and the holds. Erasures that a crash interrupted are to be
 * settled once all are there who keep something. Rejects `DATA_KEYS_*`, `PAYLOAD_UNAVAILABLE`,
 * `KEYS_*` or `LEDGER_*`.
 */
export async function openPrivacy(
  { dataDir, ledger: settings }: Config,
  { tenant, origin, ledger, log, clock, ids, alarm, keyring }: Needed,
): Promise<Privacy> {
  const file = dataKeysFile(dataDir)
  const create = !existsSync(file)
  const tenantKey = await openTenantKey(join(dataDir, 'keys'), tenant, { create })
  const opened = closing()
  try {
    const store = openPayloads({
      keys: { file, tenant, tenantKey },
      ...{ file: join(dataDir, 'payloads.db'), origin, clock },
      ...settings.payloads,
    })
    opened.add(() => store.close())
    const holds = openHolds(join(dataDir, 'holds.db'))
    opened.add(() => holds.close())
    const past = recordedPast(ledgerDirectory(dataDir))
    const own = { tenant, store, past, ledger, clock, ids, log, holds: () => holds.all }
    const erasures = new Erasures(own)
    const bodies = ledgerBodies(ledgerDirectory(dataDir), () => keyring.signers)
    const retention = new Retention({ ...own, alarm, bodies, retention: settings.retention })
    opened.add(() => retention.close())
    const payloads: Payloads = {
      subjectOf: (action, identity) => subjectOf(action, identity, settings.subjects),
      keeps: settings.payloads.keep !== 'none',
      keep: (payload) => store.keep(payload),
    }
    const pseudonymOf = (action: Action, identity: Identity) =>
      store.keys.of(payloads.subjectOf(action, identity).subject, clock.now()).pseudonym
    const close = () => opened.close()
    const seal = sealedTexts(store.keys, tenant)
    return {
      payloads,
      digests: store,
      seal,
      pseudonymOf,
      store,
      holds,
      erasures,
      retention,
      past,
      close,
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** What the ledger in a directory says, by its index. */
export function recordedPast(file: string): RecordedPast {
  const all = Number.MAX_SAFE_INTEGER
  return {
    size() {
      const [last] = findReceipts(file, { limit: 1, newestFirst: true })
      return last === undefined ? 0 : last.seq + 1
    },
    erasures: (from) => findReceipts(file, { from, limit: all, filter: { kind: 'erasure' } }),
    inRun: (run) => findReceipts(file, { limit: all, filter: { run } }),
  }
}
