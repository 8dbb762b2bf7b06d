import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Action } from '../../kernel/action.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
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
import type { TenantConfig } from '../config.ts'
import { dataKeysFile, keysDirectory } from '../data-files.ts'
import { openHolds, openPayloads, openTenantKey, sealedTexts } from '../parts.ts'
import { findReceipts } from '../read-receipts.ts'
import { Erasures, type RecordedPast } from './erasures.ts'
import { type Bodies, Retention } from './retention.ts'

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
  readonly tenant: Tenant
  /** The tenant's own log. */
  readonly ledger: Ledger
  readonly ledgerPlace: string
  readonly bodies: Bodies
  readonly log: Log
  readonly clock: Clock
  readonly ids: Ids
  readonly alarm: Alarm
  /** Where the keys of the installation are, and among them the tenant's. */
  readonly installation: { readonly dataDir: string }
  /** The name of its log, to which what is kept is bound. */
  readonly origin: string
}

/**
 * Opens the data keys, the kept payloads and the holds. Erasures that a crash interrupted are to be
 * settled once all are there who keep something. Rejects `DATA_KEYS_*`, `PAYLOAD_UNAVAILABLE`,
 * `KEYS_*` or `LEDGER_*`.
 */
export async function openPrivacy(
  { dataDir, ledger: settings }: TenantConfig,
  { tenant, origin, ledger, ledgerPlace, bodies, log, clock, ids, alarm, installation }: Needed,
): Promise<Privacy> {
  const file = dataKeysFile(dataDir)
  const create = !existsSync(file)
  const tenantKey = await openTenantKey(keysDirectory(installation.dataDir), tenant, { create })
  const opened = closing()
  try {
    const store = openPayloads({
      keys: { file, tenant, tenantKey },
      ...{ file: join(dataDir, 'payloads.db'), origin, clock },
      ...settings.payloads,
    })
    opened.add(() => store.close())
    const past = recordedPast(ledgerPlace, tenant)
    const holds = openHolds({ file: join(dataDir, 'holds.db'), tenant, origin, past, log })
    opened.add(() => holds.close())
    const own = { tenant, store, past, ledger, clock, ids, log, holds: () => holds.all }
    const erasures = new Erasures(own)
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

/** What the log of a tenant in a ledger says, by its index. */
export function recordedPast(file: string, tenant: Tenant): RecordedPast {
  const all = Number.MAX_SAFE_INTEGER
  return {
    size() {
      const [last] = findReceipts(file, { limit: 1, newestFirst: true }, { tenant })
      return last === undefined ? 0 : last.seq + 1
    },
    erasures: (from) =>
      findReceipts(file, { from, limit: all, filter: { kind: 'erasure' } }, { tenant }),
    holds: (from) =>
      findReceipts(file, { from, limit: all, filter: { kind: 'admin' } }, { tenant }),
    inRun: (run) => findReceipts(file, { limit: all, filter: { run } }, { tenant }),
  }
}
