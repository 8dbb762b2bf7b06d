import type { Action, MemoryRead, MemoryWrite } from '../../kernel/action.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Connector, NamedRecord, Records } from '../../pipeline/ports.ts'
import { toolResult } from '../tool-result.ts'

/** Bytes of one record as JSON. */
export const RECORD_LIMIT_BYTES = 1024 * 1024
/** Characters of a key. */
export const KEY_LIMIT = 256
/** Records of one answer. */
export const READ_LIMIT = 1_000

export interface MemoryOptions {
  readonly records: Records
  readonly tenant: Tenant
  /** The declared namespaces. There are no others. */
  readonly namespaces: readonly string[]
  /** Pseudonym of whom an action is about. What is written goes when that subject is erased. */
  pseudonymOf(action: Action, identity: Identity): string
}

type Owned = Pick<MemoryOptions, 'records' | 'tenant'>

/** Reads and writes records that agents share, in namespaces declared by the operator. */
export function memoryConnector(options: MemoryOptions): Connector {
  const { records, tenant, namespaces, pseudonymOf } = options
  const declared = new Set(namespaces)
  return {
    async execute(action, identity) {
      if (action.kind !== 'memory.read' && action.kind !== 'memory.write') {
        throw new PortcullisError('INTERNAL', `\`${action.kind}\` is no matter of memory`)
      }
      if (!declared.has(action.namespace)) {
        throw new PortcullisError('UPSTREAM_UNKNOWN', `no namespace \`${action.namespace}\``)
      }
      try {
        return toolResult(
          action.kind === 'memory.read'
            ? read({ records, tenant }, action)
            : write({ records, tenant }, { ...action, about: pseudonymOf(action, identity) }),
        )
      } catch (cause) {
        if (codeOf(cause) !== 'INTERNAL') throw cause
        // The disk is full, or another process holds the file.
        throw new PortcullisError('UPSTREAM_UNAVAILABLE', 'the record store failed', { cause })
      }
    },
  }
}

/**
 * Fills a namespace that is still empty, wholly or not at all. What agents wrote since is never
 * overwritten.
 * @throws PortcullisError `UPSTREAM_REFUSED` for a record that no agent could have written.
 */
export function seedNamespace(
  { records, tenant }: Owned,
  namespace: string,
  entries: JsonObject,
): void {
  if (records.list(tenant, namespace, 1).length > 0) return
  const seeds = Object.entries(entries).map(([key, value]) => ({ key, value }))
  seeds.forEach(checkSize)
  records.write(tenant, namespace, seeds)
}

function read({ records, tenant }: Owned, { namespace, key, limit }: MemoryRead): JsonObject {
  const found =
    key === undefined
      ? records.list(tenant, namespace, Math.min(limit, READ_LIMIT))
      : one(key, records.read(tenant, namespace, key))
  return { namespace, records: found.map((record) => ({ ...record })) }
}

function write(
  { records, tenant }: Owned,
  { namespace, key, value, about }: MemoryWrite & { readonly about: string },
): JsonObject {
  checkSize({ key, value })
  records.write(tenant, namespace, [{ key, value, about }])
  return { namespace, key, written: true }
}

function one(key: string, value: NamedRecord['value'] | undefined): readonly NamedRecord[] {
  return value === undefined ? [] : [{ key, value }]
}

function checkSize({ key, value }: NamedRecord): void {
  if (key.length > KEY_LIMIT) throw new PortcullisError('UPSTREAM_REFUSED', 'the key is too long')
  if (Buffer.byteLength(JSON.stringify(value)) <= RECORD_LIMIT_BYTES) return
  throw new PortcullisError('UPSTREAM_REFUSED', 'the record is too large')
}
