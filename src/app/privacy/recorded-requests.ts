import { existsSync } from 'node:fs'
import { codeOf } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import type { RecordedRequest } from '../../kernel/policy/recorded-request.ts'
import type { Log } from '../../pipeline/ports.ts'
import { readDataKeys } from '../../stores/payloads/data-keys.ts'
import type { OpenPayloads } from '../../stores/payloads/open-payloads.ts'
import type { LedgerReader } from '../../stores/segments/read-ledger.ts'
import { type RequestReader, readRequests } from '../../stores/sqlite/read-requests.ts'
import type { RequestKeys } from '../../stores/sqlite/sealed-request.ts'
import type { TenantConfig } from '../config.ts'
import { dataKeysFile, keysDirectory, requestsFile } from '../data-files.ts'
import { migrateRequests, type openKeys, openTenantKey, recordRequests } from '../parts.ts'

interface Needed {
  readonly tenant: Tenant
  readonly log: Log
  readonly keys: Pick<Awaited<ReturnType<typeof openKeys>>, 'recordingsKey'>
  readonly privacy: { readonly store: OpenPayloads }
  /** Of the ledger with the decisions that they are of. */
  readonly reader: LedgerReader
}

/** Records requests, each under the key of its subject, unless the configuration has none of it. */
export function startRecording({ policy, dataDir }: TenantConfig, needed: Needed) {
  const { on, ...bounds } = policy.recording
  if (!on) return undefined
  const file = requestsFile(dataDir)
  const keys = (pseudonym: string) => needed.privacy.store.keys.named(pseudonym)?.requestKey
  migrate(file, keys, needed)
  return recordRequests({ file, keys, log: needed.log, ...bounds })
}

/** Whose the requests of an older file are, their receipts say. */
function migrate(
  file: string,
  keys: RequestKeys,
  { log, reader, tenant, ...needed }: Needed,
): void {
  const receipts = reader.of(tenant)
  const pseudonymOf = (id: string) => {
    try {
      return receipts.receipt(id).in?.subject
    } catch (error) {
      if (codeOf(error) === 'LEDGER_RECEIPT_UNKNOWN') return undefined
      throw error
    }
  }
  try {
    const oldKey = needed.keys.recordingsKey
    const migrated = migrateRequests(file, { oldKey, keys, pseudonymOf })
    if (migrated !== undefined) log.info('requests.migrated', { ...migrated })
  } catch (error) {
    // Whatever is wrong with this file costs requests, and nothing else.
    log.warn('requests.unmigrated', { reason: String(error) })
  }
}

/** Reads the recorded requests; nothing where none were ever recorded. */
export async function readingRequests<T>(
  { dataDir }: Pick<TenantConfig, 'dataDir'>,
  read: (reader: RequestReader) => T,
): Promise<T | undefined> {
  const file = requestsFile(dataDir)
  if (!existsSync(file)) return undefined
  const directory = keysDirectory(dataDir)
  const tenantKey = await openTenantKey(directory, DEFAULT_TENANT, { create: false })
  const keys = readDataKeys(dataKeysFile(dataDir), { tenant: DEFAULT_TENANT, tenantKey })
  try {
    const reader = readRequests(file, (pseudonym) => keys.named(pseudonym)?.requestKey)
    try {
      return reader && read(reader)
    } finally {
      reader?.close()
    }
  } finally {
    keys.close()
  }
}

/** The request that a receipt decided on, where that can still be read. */
export function requestUnlessErased(
  reader: RequestReader,
  receipt: string,
): RecordedRequest | 'erased' | undefined {
  try {
    return reader.request(receipt)
  } catch (error) {
    if (codeOf(error) === 'PAYLOAD_ERASED') return 'erased'
    throw error
  }
}
