import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { inMemorySeal } from '../../../test/support/in-memory-seal.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { LIST_LIMIT_CHARS, openRecords } from './records.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-records-'))
after(() => rmSync(folder, { recursive: true }))
const erased = new Set<string>()
const seal = inMemorySeal(erased)
const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]

test('records outlive the process that wrote them, and only their owner can read the file', () => {
  const file = join(folder, 'kept.db')
  const first = openRecords(file, seal)
  first.write(acme, 'notes', [{ key: 'a', value: { deep: ['ü', null] } }])
  first.write(acme, 'notes', [{ key: 'a', value: 2 }])
  first.close()
  const again = openRecords(file, seal)
  assert.equal(again.read(acme, 'notes', 'a'), 2)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  again.close()
})

test('records come in the order of their keys, no more than asked for', () => {
  const records = openRecords(join(folder, 'ordered.db'), seal)
  for (const key of ['c', 'a', 'b']) records.write(acme, 'notes', [{ key, value: key }])
  assert.deepEqual(
    records.list(acme, 'notes', 2).map(({ key }) => key),
    ['a', 'b'],
  )
  records.close()
})

test('one tenant never sees what another wrote under the same names', () => {
  const records = openRecords(join(folder, 'tenants.db'), seal)
  records.write(acme, 'notes', [{ key: 'a', value: 'of acme' }])
  assert.equal(records.read(globex, 'notes', 'a'), undefined)
  assert.deepEqual(records.list(globex, 'notes', 10), [])
  records.close()
})

test('records are written all or not at all', () => {
  const records = openRecords(join(folder, 'whole.db'), seal)
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const batch = [
    { key: 'a', value: 1 },
    { key: 'b', value: cyclic as JsonValue },
  ]
  assert.throws(() => records.write(acme, 'notes', batch))
  assert.deepEqual(records.list(acme, 'notes', 10), [])
  records.write(acme, 'notes', [{ key: 'a', value: 2 }])
  assert.equal(records.read(acme, 'notes', 'a'), 2)
  records.close()
})

test('records that are too much for one answer are refused, and still read one by one', () => {
  const records = openRecords(join(folder, 'large.db'), seal)
  const value = 'x'.repeat(LIST_LIMIT_CHARS / 2)
  for (const key of ['a', 'b']) records.write(acme, 'notes', [{ key, value }])
  assert.throws(() => records.list(acme, 'notes', 10), { code: 'UPSTREAM_REFUSED' })
  assert.equal(records.list(acme, 'notes', 1).length, 1)
  assert.equal(records.read(acme, 'notes', 'b'), value)
  records.close()
})

test('what is about somebody is sealed, and goes with them, its name too', () => {
  const file = join(folder, 'sealed.db')
  const records = openRecords(file, seal)
  const value = { note: 'zwetschkenknödel' }
  records.write(acme, 'notes', [{ key: 'ann-4711', value, about: 'ann' }])
  records.write(acme, 'notes', [{ key: 'bob-1', value: 1, about: 'bob' }])
  records.write(acme, 'notes', [{ key: 'seeded', value: 2 }])
  assert.deepEqual(records.read(acme, 'notes', 'ann-4711'), value)
  assert.deepEqual(bytesOf(file).includes('zwetschken'), false)
  erased.add('ann')
  // Its key is gone and the row is not yet: it counts against no limit.
  assert.equal(records.read(acme, 'notes', 'ann-4711'), undefined)
  const rest = [
    { key: 'bob-1', value: 1 },
    { key: 'seeded', value: 2 },
  ]
  assert.deepEqual(records.list(acme, 'notes', 2), rest)
  assert.ok(bytesOf(file).includes('ann-4711'))
  records.erase(acme, 'ann')
  assert.equal(bytesOf(file).includes('ann-4711'), false)
  assert.deepEqual(records.list(acme, 'notes', 10), rest)
  records.close()
})

test('what is written over by somebody else goes with them', () => {
  const records = openRecords(join(folder, 'over.db'), seal)
  for (const about of ['bob', 'cleo']) records.write(acme, 'notes', [{ key: 'a', value: 1, about }])
  records.erase(acme, 'bob')
  assert.equal(records.read(acme, 'notes', 'a'), 1)
  records.erase(globex, 'cleo')
  assert.equal(records.read(acme, 'notes', 'a'), 1)
  records.close()
})

test('records of a file from before are there, and nobody takes them away', () => {
  const file = join(folder, 'before.db')
  const db = new DatabaseSync(file)
  db.exec(`
    CREATE TABLE record (
      tenant TEXT NOT NULL, namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (tenant, namespace, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO record VALUES ('acme', 'notes', 'a', '{"n":1}')`)
  db.close()
  const records = openRecords(file, seal)
  assert.deepEqual(records.read(acme, 'notes', 'a'), { n: 1 })
  records.write(acme, 'notes', [{ key: 'a', value: 2, about: 'bob' }])
  assert.equal(records.read(acme, 'notes', 'a'), 2)
  records.close()
})

function bytesOf(file: string): string {
  return readFileSync(file, 'latin1') + readFileSync(`${file}-wal`, 'latin1')
}
