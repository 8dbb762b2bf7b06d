import { readFileSync } from 'node:fs'
import { PortcullisError } from '../kernel/errors.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import { isJsonObject, type JsonObject } from '../kernel/json/value.ts'
import type { Records } from '../pipeline/ports.ts'
import type { TenantConfig } from './config.ts'
import { stateFile } from './data-files.ts'
import { memoryConnector, openRecords, seedNamespace } from './parts.ts'
import type { Privacy } from './privacy/open-privacy.ts'

/** What agents remember, in the declared namespaces; each is filled from its seed while empty. */
export function openMemory(config: TenantConfig, tenant: Tenant, privacy: Privacy) {
  const records = openRecords(stateFile(config.dataDir), privacy.seal)
  try {
    seedRecords(config, { records, tenant })
  } catch (error) {
    records.close()
    throw error
  }
  const namespaces = Object.keys(config.memory)
  const connector = memoryConnector({
    records,
    tenant,
    namespaces,
    pseudonymOf: privacy.pseudonymOf,
  })
  privacy.erasures.onErased(async (pseudonym) => records.erase(tenant, pseudonym))
  const routes = { 'memory.read': connector, 'memory.write': connector }
  return { namespaces, routes, close: () => records.close() }
}

function seedRecords({ memory }: TenantConfig, to: { records: Records; tenant: Tenant }): void {
  for (const [namespace, { seed }] of Object.entries(memory)) {
    if (seed !== undefined) seedNamespace(to, namespace, readSeed(seed))
  }
}

function readSeed(file: string): JsonObject {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isJsonObject(entries)) return entries
  } catch (cause) {
    throw new PortcullisError('CONFIG_INVALID', `the seed \`${file}\` cannot be read as JSON`, {
      cause,
    })
  }
  throw new PortcullisError('CONFIG_INVALID', `the seed \`${file}\` is no JSON object, key → value`)
}
