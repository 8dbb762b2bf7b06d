import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { inMemorySeal } from '../../../test/support/in-memory-seal.ts'
import { pendingRequest } from '../../../test/support/sample-approvals.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { openApprovals } from './approvals.ts'

const ARGS = '{"message":"zwetschkenknödel"}'

/** A file as it was before arguments were sealed. */
function oldFile(file: string, ids: readonly string[]): void {
  const db = new DatabaseSync(file)
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE approval (
      tenant TEXT NOT NULL, id TEXT NOT NULL, ord INTEGER PRIMARY KEY, state TEXT NOT NULL,
      binding TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (tenant, id)
    ) STRICT`)
  const add = db.prepare(
    'INSERT INTO approval (tenant, id, state, binding, body) VALUES (?, ?, ?, ?, ?)',
  )
  for (const id of ids) {
    const request = pendingRequest(undefined, id)
    const { digest, bytes } = request.asked.in
    const asked = { ...request.asked, args: ARGS, in: { digest, bytes } }
    add.run('acme', id, 'pending', '', JSON.stringify({ ...request, asked }))
  }
  db.close()
}

const pseudonymOf = ({ id }: { id: string }) => ({ a1: 'ann', a2: 'gone' })[id]

test('arguments that were kept in clear are sealed, and stand nowhere any more', async (t) => {
  const file = join(await scratch(t), 'state.db')
  oldFile(file, ['a1', 'a2', 'a3'])
  assert.ok(readFileSync(file).includes('zwetschken'))
  const options = { tenant: tenantOf('acme'), seal: inMemorySeal(new Set(['gone', 'unknown'])) }
  const store = openApprovals(file, { ...options, pseudonymOf })
  t.after(() => store.close())
  assert.deepEqual(
    store.open().map(({ id, asked: { args, erased } }) => [id, args, erased]),
    // The subject of `a2` is erased; whom `a3` is about, no receipt says any more.
    [
      ['a1', ARGS, undefined],
      ['a2', '', true],
      ['a3', '', true],
    ],
  )
  for (const name of [file, `${file}-wal`]) {
    assert.equal(readFileSync(name).includes('zwetschken'), false, name)
  }
  const read = store.get('a1') ?? assert.fail()
  assert.equal(store.replace(read, { ...read, state: 'granted' }), true)
})

test('a sealing that fails in the midst changes nothing', async (t) => {
  const file = join(await scratch(t), 'state.db')
  oldFile(file, ['a1', 'a2'])
  const options = { tenant: tenantOf('acme'), seal: inMemorySeal() }
  const failing = ({ id }: { id: string }) => (id === 'a2' ? assert.fail('no ledger') : 'ann')
  const open = () => openApprovals(file, { ...options, pseudonymOf: failing })
  assert.throws(open, { code: 'APPROVAL_UNAVAILABLE' })
  const store = openApprovals(file, { ...options, pseudonymOf })
  t.after(() => store.close())
  assert.equal(store.get('a1')?.asked.args, ARGS)
})
