import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { inTransaction, openPrivateDatabase, scrub } from '../private-database.ts'

/** `PCPL`: marks the file as kept payloads of ours. */
const APPLICATION = 0x5043504c

/** Payloads that may wait for the disk. */
const QUEUE_LIMIT = 4_096

/** Rows that one transaction deletes when time is over: actions must not wait for long. */
const DELETED_AT_ONCE = 1_000

const TABLES = `
  CREATE TABLE payload (
    receipt TEXT NOT NULL, path TEXT NOT NULL, pseudonym TEXT NOT NULL, run TEXT NOT NULL,
    at INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (receipt, path)
  ) STRICT;
  CREATE INDEX payload_pseudonym ON payload (pseudonym);
  CREATE INDEX payload_at ON payload (at);
`

/** A sealed payload, and what has to be known of it without opening it. */
export interface SealedPayload {
  readonly receipt: string
  readonly path: string
  readonly pseudonym: string
  readonly run: string
  readonly at: number
  readonly sealed: Uint8Array
}

interface Waiting {
  readonly row: SealedPayload
  resolve(): void
  reject(error: unknown): void
}

/** Sealed payloads on the disk. What is added in one go shares a transaction, and so a sync. */
export class PayloadFile {
  readonly #db: DatabaseSync
  readonly #maxTotalBytes: number
  readonly #add: StatementSync
  #waiting: Waiting[] = []
  #bytes: number

  constructor(file: string, { maxTotalBytes }: { readonly maxTotalBytes: number }) {
    const spec = { application: APPLICATION, tables: TABLES, code: 'PAYLOAD_UNAVAILABLE' } as const
    this.#db = openPrivateDatabase(file, spec)
    this.#maxTotalBytes = maxTotalBytes
    this.#add = this.#db.prepare('INSERT INTO payload VALUES (?, ?, ?, ?, ?, ?)')
    this.#bytes = this.#sum()
  }

  /** Durable when it resolves. */
  add(row: SealedPayload): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#bytes + row.sealed.length > this.#maxTotalBytes) {
        throw new PortcullisError('PAYLOADS_FULL', `${this.#bytes} bytes of payloads are kept`)
      }
      if (this.#waiting.length >= QUEUE_LIMIT) {
        throw new PortcullisError('PAYLOAD_UNAVAILABLE', 'too many payloads wait for the disk')
      }
      this.#bytes += row.sealed.length
      if (this.#waiting.length === 0) setImmediate(() => this.flush())
      this.#waiting.push({ row, resolve, reject })
    })
  }

  /** Writes what waits, now. */
  flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    try {
      inTransaction(this.#db, 'PAYLOAD_UNAVAILABLE', () => {
        for (const { row } of waiting) {
          this.#add.run(row.receipt, row.path, row.pseudonym, row.run, row.at, row.sealed)
        }
      })
    } catch (error) {
      this.#bytes -= waiting.reduce((sum, { row }) => sum + row.sealed.length, 0)
      for (const { reject } of waiting) reject(error)
      return
    }
    for (const { resolve } of waiting) resolve()
  }

  get(receipt: string, path: string): SealedPayload | undefined {
    const statement = this.#db.prepare('SELECT * FROM payload WHERE receipt = ? AND path = ?')
    const row = this.#reading(() => statement.get(receipt, path))
    if (row === undefined || !(row.sealed instanceof Uint8Array)) return undefined
    return {
      ...{ receipt, path, sealed: row.sealed, at: Number(row.at) },
      ...{ pseudonym: String(row.pseudonym), run: String(row.run) },
    }
  }

  /** Where and when the kept payloads of a subject came up. */
  of(pseudonym: string): readonly { readonly run: string; readonly at: number }[] {
    const statement = this.#db.prepare('SELECT run, at FROM payload WHERE pseudonym = ?')
    return this.#reading(() => statement.all(pseudonym)).map(({ run, at }) => ({
      ...{ run: String(run), at: Number(at) },
    }))
  }

  /** Deletes the payloads of a subject, leaving nothing of them in the file. */
  erase(pseudonym: string): void {
    inTransaction(this.#db, 'PAYLOAD_UNAVAILABLE', () =>
      this.#db.prepare('DELETE FROM payload WHERE pseudonym = ?').run(pseudonym),
    )
    scrub(this.#db, 'PAYLOAD_UNAVAILABLE')
    this.#bytes = this.#sum()
  }

  /** Of those from before a time, the ones that `mayGo` says may; oldest first. */
  *before(at: number, mayGo: (row: Omit<SealedPayload, 'sealed'>) => boolean) {
    const sql = 'SELECT receipt, path, pseudonym, run, at FROM payload WHERE at < ? ORDER BY at'
    for (const row of this.#reading(() => this.#db.prepare(sql).all(at))) {
      const named = {
        ...{ receipt: String(row.receipt), path: String(row.path), at: Number(row.at) },
        ...{ pseudonym: String(row.pseudonym), run: String(row.run) },
      }
      if (mayGo(named)) yield named
    }
  }

  /** Deletes payloads, a few at a time. */
  async delete(rows: readonly Pick<SealedPayload, 'receipt' | 'path'>[]): Promise<void> {
    const one = this.#db.prepare('DELETE FROM payload WHERE receipt = ? AND path = ?')
    for (let start = 0; start < rows.length; start += DELETED_AT_ONCE) {
      inTransaction(this.#db, 'PAYLOAD_UNAVAILABLE', () => {
        for (const { receipt, path } of rows.slice(start, start + DELETED_AT_ONCE)) {
          one.run(receipt, path)
        }
      })
      await new Promise(setImmediate)
    }
    this.#bytes = this.#sum()
  }

  close(): void {
    this.flush()
    this.#db.close()
  }

  /** Bytes on the disk and on their way to it. */
  #sum(): number {
    const sql = 'SELECT coalesce(sum(length(sealed)), 0) AS bytes FROM payload'
    const written = Number(this.#db.prepare(sql).get()?.bytes)
    return this.#waiting.reduce((sum, { row }) => sum + row.sealed.length, written)
  }

  #reading<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      throw new PortcullisError('PAYLOAD_UNAVAILABLE', 'no payload could be read', { cause })
    }
  }
}
