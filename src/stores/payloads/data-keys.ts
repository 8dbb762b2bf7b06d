import { randomBytes } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Subject } from '../../kernel/privacy/subject.ts'
import {
  type DatabaseSpec,
  inTransaction,
  openPrivateDatabase,
  readPrivateDatabase,
  scrub,
} from '../private-database.ts'
import { DATA_KEY_BYTES, type SubjectKey, subjectKeyOf } from './subject-key.ts'
import { nameOfSubject, type Tenancy, unwrapKey, wrapKey } from './wrapped-key.ts'

/** `PCDK`: marks the file as data keys of ours. */
const APPLICATION = 0x5043444b

/** Subjects that have a key, at most: an agent can choose some of their names. */
export const DEFAULT_MAX_SUBJECTS = 1_000_000

/** Keys that are kept unwrapped, those last used. */
const AT_HAND = 10_000

const TABLES = `
  CREATE TABLE data_key (
    name BLOB PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE, wrapped BLOB NOT NULL,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE erasure (
    receipt TEXT PRIMARY KEY, pseudonym TEXT NOT NULL, at INTEGER NOT NULL,
    reason TEXT NOT NULL, payloads INTEGER NOT NULL, again INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE accounted (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL) STRICT;
  INSERT INTO accounted VALUES (1, 0);
`

/** An erasure that has begun: the key is gone, and perhaps no receipt says so yet. */
export interface BegunErasure {
  /** Id of the receipt that it has or will have. */
  readonly receipt: string
  readonly pseudonym: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly reason: string
  /** How many kept payloads went with the key. */
  readonly payloads: number
  /** The key had been destroyed before, and was back. */
  readonly again: boolean
}

export interface DataKeysOptions extends Tenancy {
  readonly file: string
  readonly maxSubjects?: number
}

const SPEC: DatabaseSpec = {
  ...{ application: APPLICATION, tables: TABLES, code: 'DATA_KEYS_UNAVAILABLE', shared: true },
}

/** The data keys as they are, for who starts no runtime or stands beside one. */
export interface DataKeyReader {
  /** The key with this pseudonym; nothing where it was destroyed. */
  named(pseudonym: string): SubjectKey | undefined
  close(): void
}

/** @throws PortcullisError `DATA_KEYS_UNAVAILABLE`, `DATA_KEYS_INVALID`. Makes no file. */
export function readDataKeys(file: string, tenancy: Tenancy): DataKeyReader {
  const db = readPrivateDatabase(file, SPEC)
  const named = db.prepare('SELECT * FROM data_key WHERE pseudonym = ?')
  return {
    named(pseudonym) {
      const row = reading(() => named.get(pseudonym))
      return row && unwrapKey(tenancy, row)
    },
    close: () => db.close(),
  }
}

/**
 * The data keys of a tenant's subjects, each random, wrapped by the key of the tenant. Who has not
 * both this file and that key has nothing; who destroys one row has destroyed whatever was made
 * with it.
 */
export class DataKeys {
  readonly #db: DatabaseSync
  readonly #options: DataKeysOptions
  readonly #atHand = new Map<Subject, SubjectKey>()
  /** The same keys by their pseudonyms. */
  readonly #named = new Map<string, SubjectKey>()
  readonly #find: StatementSync
  readonly #byPseudonym: StatementSync
  #count: number

  /** @throws PortcullisError `DATA_KEYS_UNAVAILABLE`, `DATA_KEYS_INVALID`. */
  constructor(options: DataKeysOptions) {
    this.#options = options
    this.#db = openPrivateDatabase(options.file, SPEC)
    this.#find = this.#db.prepare('SELECT * FROM data_key WHERE name = ?')
    this.#byPseudonym = this.#db.prepare('SELECT * FROM data_key WHERE pseudonym = ?')
    this.#count = Number(this.#db.prepare('SELECT count(*) AS n FROM data_key').get()?.n)
    try {
      const first = this.#db.prepare('SELECT * FROM data_key LIMIT 1').get()
      if (first !== undefined) unwrapKey(options, first)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** The key of a subject, made where there is none. */
  of(subject: Subject, now: number): SubjectKey {
    const known = this.#atHand.get(subject) ?? this.find(subject) ?? this.#make(subject, now)
    if (!this.#atHand.has(subject)) this.#remember(subject, known)
    return known
  }

  /** The key of a subject, if it has one. */
  find(subject: Subject): SubjectKey | undefined {
    const row = reading(() => this.#find.get(nameOfSubject(this.#options.tenantKey, subject)))
    return row && unwrapKey(this.#options, row)
  }

  /** The key with this pseudonym; nothing where it was destroyed. */
  named(pseudonym: string): SubjectKey | undefined {
    const known = this.#named.get(pseudonym)
    if (known !== undefined) return known
    const row = reading(() => this.#byPseudonym.get(pseudonym))
    return row && unwrapKey(this.#options, row)
  }

  /** Since when a key exists, in milliseconds since the epoch. */
  since(pseudonym: string): number | undefined {
    const row = reading(() => this.#byPseudonym.get(pseudonym))
    return row && Number(row.since)
  }

  /**
   * Destroys a key. In the same step the erasure is written down, to be concluded by a receipt,
   * whatever happens in between.
   */
  destroy(erasure: BegunErasure): void {
    const { receipt, pseudonym, at, reason, payloads, again } = erasure
    this.#forget()
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () => {
      this.#db.prepare('DELETE FROM data_key WHERE pseudonym = ?').run(pseudonym)
      this.#db
        .prepare('INSERT INTO erasure VALUES (?, ?, ?, ?, ?, ?)')
        .run(receipt, pseudonym, at, reason, payloads, again ? 1 : 0)
    })
    this.#count -= 1
  }

  /** Nothing of a destroyed key is left in the file or beside it when it returns. */
  scrub(): void {
    scrub(this.#db, 'DATA_KEYS_UNAVAILABLE')
  }

  begun(): readonly BegunErasure[] {
    return reading(() => this.#db.prepare('SELECT * FROM erasure ORDER BY at').all()).map(
      (row) => ({
        ...{ receipt: String(row.receipt), pseudonym: String(row.pseudonym), at: Number(row.at) },
        ...{ reason: String(row.reason), payloads: Number(row.payloads), again: row.again === 1 },
      }),
    )
  }

  /** Its receipt is durable. */
  concluded(receipt: string): void {
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () =>
      this.#db.prepare('DELETE FROM erasure WHERE receipt = ?').run(receipt),
    )
  }

  /** Leaves of the ledger whose erasures are done here too. An older copy knows of less. */
  get accounted(): number {
    return Number(this.#db.prepare('SELECT size FROM accounted').get()?.size)
  }

  set accounted(size: number) {
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () =>
      this.#db.prepare('UPDATE accounted SET size = ?').run(size),
    )
  }

  close(): void {
    this.#db.close()
  }

  #make(subject: Subject, now: number): SubjectKey {
    const { maxSubjects = DEFAULT_MAX_SUBJECTS } = this.#options
    if (this.#count >= maxSubjects) {
      throw new PortcullisError('DATA_KEYS_UNAVAILABLE', `${maxSubjects} subjects have keys`)
    }
    const dataKey = randomBytes(DATA_KEY_BYTES)
    const key = subjectKeyOf(dataKey)
    const name = nameOfSubject(this.#options.tenantKey, subject)
    const wrapped = wrapKey(this.#options, name, dataKey)
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () =>
      this.#db
        .prepare('INSERT INTO data_key VALUES (?, ?, ?, ?)')
        .run(name, key.pseudonym, wrapped, now),
    )
    this.#count += 1
    return key
  }

  #remember(subject: Subject, key: SubjectKey): void {
    if (this.#atHand.size >= AT_HAND) this.#forget()
    this.#atHand.set(subject, key)
    this.#named.set(key.pseudonym, key)
  }

  #forget(): void {
    this.#atHand.clear()
    this.#named.clear()
  }
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new PortcullisError('DATA_KEYS_UNAVAILABLE', 'no key could be read', { cause })
  }
}
