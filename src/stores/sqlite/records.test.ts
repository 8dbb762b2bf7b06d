import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { LIST_LIMIT_CHARS, openRecords } from './records.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-records-'))
after(() => rmSync(folder, { recursive: true }))
const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]

test('records outlive the process that wrote them, and only their owner can read the file', () => {
  const file = join(folder, 'kept.db')
  const first = openRecords(file)
  first.write(acme, 'notes', [{ key: 'a', value: { deep: ['ü', null] } }])
  first.write(acme, 'notes', [{ key: 'a', value: 2 }])
  first.close()
  const again = openRecords(file)
  assert.equal(again.read(acme, 'notes', 'a'), 2)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  again.close()
})

test('records come in the order of their keys, no more than asked for', () => {
  const records = openRecords(join(folder, 'ordered.db'))
  for (const key of ['c', 'a', 'b']) records.write(acme, 'notes', [{ key, value: key }])
  assert.deepEqual(
    records.list(acme, 'notes', 2).map(({ key }) => key),
    ['a', 'b'],
  )
  records.close()
})

test('one tenant never sees what another wrote under the same names', () => {
  const records = openRecords(join(folder, 'tenants.db'))
  records.write(acme, 'notes', [{ key: 'a', value: 'of acme' }])
  assert.equal(records.read(globex, 'notes', 'a'), undefined)
  assert.deepEqual(records.list(globex, 'notes', 10), [])
  records.close()
})

test('records are written all or not at all', () => {
  const records = openRecords(join(folder, 'whole.db'))
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
  const records = openRecords(join(folder, 'large.db'))
  const value = 'x'.repeat(LIST_LIMIT_CHARS / 2)
  for (const key of ['a', 'b']) records.write(acme, 'notes', [{ key, value }])
  assert.throws(() => records.list(acme, 'notes', 10), { code: 'UPSTREAM_REFUSED' })
  assert.equal(records.list(acme, 'notes', 1).length, 1)
  assert.equal(records.read(acme, 'notes', 'b'), value)
  records.close()
})
