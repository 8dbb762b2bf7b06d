import type { Tenant } from '../kernel/identity/tenant.ts'
import type { JsonValue } from '../kernel/json/value.ts'

export interface NamedRecord {
  readonly key: string
  readonly value: JsonValue
}

/** A record on its way to be kept. */
export interface WrittenRecord extends NamedRecord {
  /** Pseudonym of whom it is about: it goes with that subject. What operators seed is nobody's. */
  readonly about?: string
}

/** Records in named spaces, as agents remember them. */
export interface Records {
  read(tenant: Tenant, namespace: string, key: string): JsonValue | undefined
  /**
   * The first `limit` in the order of their keys.
   * @throws PortcullisError `UPSTREAM_REFUSED` when they are more than one answer may hold.
   */
  list(tenant: Tenant, namespace: string, limit: number): readonly NamedRecord[]
  /** All of them or none. Durable when it returns. */
  write(tenant: Tenant, namespace: string, records: readonly WrittenRecord[]): void
}
