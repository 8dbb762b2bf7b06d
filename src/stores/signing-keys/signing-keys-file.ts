import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import { type KeyPin, PIN_LEVELS, type PinLevel } from '../../kernel/tools/schemapin/key-pin.ts'
import { FINGERPRINT } from '../../kernel/tools/schemapin/public-key.ts'
import type { KeyPins } from '../../pipeline/ports.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCSK`: marks the file as ours. */
const APPLICATION = 0x5043534b

/** Domains, and revoked keys, that are kept of one tenant. */
export const SIGNING_KEYS_LIMIT = 100_000

const UNAVAILABLE = 'KEY_PINS_UNAVAILABLE'

const TABLES = `
  CREATE TABLE pins (
    tenant TEXT NOT NULL, domain TEXT NOT NULL,
    fingerprint TEXT NOT NULL, level TEXT NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (tenant, domain)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE revoked (
    tenant TEXT NOT NULL, fingerprint TEXT NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
  ) STRICT, WITHOUT ROWID;
`

/**
 * Keys that sign tools, on the disk. Tenants share the file and nothing in it.
 * @throws PortcullisError `KEY_PINS_UNAVAILABLE`: whoever forgets a pin trusts on first use again.
 */
export function openSigningKeys(file: string): SigningKeysFile {
  return new SigningKeysFile(file)
}

export class SigningKeysFile {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = openPrivateDatabase(file, {
      ...{ application: APPLICATION, tables: TABLES, code: UNAVAILABLE },
    })
  }

  /** What one tenant has pinned. */
  of(tenant: Tenant): KeyPins {
    const write = (table: 'pins' | 'revoked', values: readonly (string | number)[]) =>
      inTransaction(this.#db, UNAVAILABLE, () => {
        const counted = this.#db.prepare(`SELECT count(*) AS kept FROM ${table} WHERE tenant = ?`)
        if (Number(counted.get(tenant)?.kept) >= SIGNING_KEYS_LIMIT) {
          throw new PortcullisError(UNAVAILABLE, `${SIGNING_KEYS_LIMIT} are kept already`)
        }
        const places = ['?', ...values.map(() => '?')].join()
        const all = `INSERT OR REPLACE INTO ${table} VALUES (${places})`
        this.#db.prepare(all).run(tenant, ...values)
      })
    return {
      get: (domain) => {
        const found = this.#row(
          'SELECT * FROM pins WHERE tenant = ? AND domain = ?',
          tenant,
          domain,
        )
        return found && pinOf(found)
      },
      put: (domain, { fingerprint, level, since }) =>
        write('pins', [domain, fingerprint, level, since]),
      isRevoked: (fingerprint) => {
        const revoked = 'SELECT since FROM revoked WHERE tenant = ? AND fingerprint = ?'
        return this.#row(revoked, tenant, fingerprint) !== undefined
      },
      revoke: (fingerprint, at) => write('revoked', [fingerprint, at]),
    }
  }

  close(): void {
    this.#db.close()
  }

  #row(query: string, ...values: readonly string[]): Record<string, unknown> | undefined {
    try {
      return this.#db.prepare(query).get(...values)
    } catch (cause) {
      throw new PortcullisError(UNAVAILABLE, '`signing-keys.db` cannot be read', { cause })
    }
  }
}

function pinOf({ fingerprint, level, since }: Record<string, unknown>): KeyPin {
  if (typeof fingerprint === 'string' && FINGERPRINT.test(fingerprint) && isLevel(level)) {
    return { fingerprint, level, since: Number(since) }
  }
  throw new PortcullisError(UNAVAILABLE, 'a row of `signing-keys.db` says nothing that is known')
}

function isLevel(level: unknown): level is PinLevel {
  return PIN_LEVELS.some((known) => known === level)
}
