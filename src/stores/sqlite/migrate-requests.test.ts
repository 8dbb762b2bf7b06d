import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { policyRequestText } from '../../kernel/policy/recorded-request.ts'
import { migrateRequests } from './migrate-requests.ts'
import { readRequests } from './read-requests.ts'
import { sealRequest } from './sealed-request.ts'

const OLD = createSecretKey(Buffer.alloc(32, 1))
const NEW = createSecretKey(Buffer.alloc(32, 2))
const AT = 1_790_000_000_000
const REQUEST = {
  operation: 'desk.echo',
  resource: { type: 'tool', id: 'desk.echo' },
  attributes: { args: { to: 'ann' } },
} as const

/** A file as version 1 wrote it, and one of its sealed rows. */
function oldFile(file: string, receipts: readonly string[]): Uint8Array {
  const db = new DatabaseSync(file)
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE request (
      place INTEGER PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
    CREATE INDEX request_at ON request (at);
    PRAGMA application_id = 0x50435251; PRAGMA user_version = 1`)
  const text = policyRequestText(REQUEST)
  const sealed = receipts.map((receipt) => {
    const row = sealRequest(OLD, { receipt, at: AT }, text)
    db.prepare('INSERT INTO request VALUES (NULL, ?, ?, ?)').run(receipt, AT, row)
    return row
  })
  db.close()
  return sealed[0] ?? assert.fail()
}

const migration = {
  oldKey: OLD,
  keys: (pseudonym: string) => (pseudonym === 'erased' ? undefined : NEW),
  pseudonymOf: (receipt: string) => ({ r1: 'ann', r2: 'erased', r4: 'ann' })[receipt],
}

test('requests of before are sealed with the keys of their subjects', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const old = Buffer.from(oldFile(file, ['r1', 'r2', 'r3', 'r4']))
  const db = new DatabaseSync(file)
  db.exec("UPDATE request SET sealed = x'00' WHERE receipt = 'r4'")
  db.close()
  // Of `r2` the subject is erased, of `r3` the receipt is gone, and `r4` was altered.
  assert.deepEqual(migrateRequests(file, migration), { kept: 1, dropped: 3 })
  const reader = readRequests(file, migration.keys) ?? assert.fail()
  assert.deepEqual([...reader.requests()], [{ receipt: 'r1', at: AT, request: REQUEST }])
  reader.close()
  assert.equal(readFileSync(file).includes(old.subarray(12)), false)
  assert.equal(migrateRequests(file, migration), undefined)
})

test('a migration that fails in the midst changes nothing', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  oldFile(file, ['r1', 'r2'])
  const pseudonymOf = (receipt: string) => {
    if (receipt === 'r2') throw new Error('the ledger is gone')
    return 'ann'
  }
  assert.throws(() => migrateRequests(file, { ...migration, pseudonymOf }), /ledger is gone/)
  assert.throws(() => readRequests(file, migration.keys), { code: 'REQUEST_UNREADABLE' })
  assert.deepEqual(migrateRequests(file, migration), { kept: 1, dropped: 1 })
})

test('where nothing was recorded there is nothing to seal anew', async (t) => {
  assert.equal(migrateRequests(join(await scratch(t), 'requests.db'), migration), undefined)
})
