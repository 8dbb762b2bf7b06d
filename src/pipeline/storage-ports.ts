import type { Tenant } from '../kernel/identity/tenant.ts'

/** What is known of a stored object without reading it. */
export interface StoredObject {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** `sha256:` and the hex digest of its bytes. */
  readonly digest: string
  /** Milliseconds since the epoch. */
  readonly created: number
  readonly modified: number
}

/** The caller's own name for one change, so that one that is sent again happens once. */
export interface ChangeRequest {
  /** Who asks: a name that two principals never share. */
  readonly by: string
  readonly key: string
}

export interface StorageWriting {
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array
  /** Pseudonym of whom it is about: it goes when that subject is erased. */
  readonly about: string
  readonly request?: ChangeRequest | undefined
}

export interface Written {
  readonly object: StoredObject
  readonly created: boolean
  /** It was done before, for the same request. */
  readonly repeated: boolean
}

/** Named bytes, tenant by tenant. */
export interface Storage {
  /** No I/O. */
  stat(tenant: Tenant, name: string): StoredObject | undefined
  /** In the order of their names. No I/O. */
  list(tenant: Tenant, prefix: string, after?: string): Iterable<StoredObject>
  /** @throws PortcullisError `STORAGE_UNKNOWN`, `STORAGE_CORRUPT`, `STORAGE_UNAVAILABLE`. */
  read(tenant: Tenant, name: string): Promise<Uint8Array>
  /**
   * All of it or nothing; durable when it resolves.
   * @throws PortcullisError `STORAGE_TOO_LARGE`, `STORAGE_FULL`, `STORAGE_NAME_TAKEN`,
   *   `REQUEST_REPEATED`, `STORAGE_UNAVAILABLE`.
   */
  write(tenant: Tenant, writing: StorageWriting): Promise<Written>
  /** False where there is none. Durable when it resolves. */
  delete(tenant: Tenant, name: string, request?: ChangeRequest): Promise<boolean>
  /** Deletes what was last written about a subject. Its names. Durable when it resolves. */
  erase(tenant: Tenant, about: string): Promise<readonly string[]>
}
