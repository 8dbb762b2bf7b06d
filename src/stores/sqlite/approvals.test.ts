import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { inMemorySeal } from '../../../test/support/in-memory-seal.ts'
import { pendingRequest } from '../../../test/support/sample-approvals.ts'
import { scratch } from '../../../test/support/scratch.ts'
import type { ApprovalRequest } from '../../kernel/approvals/approval-request.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { type ApprovalStoreOptions, openApprovals } from './approvals.ts'
import { openRecords } from './records.ts'

const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
const erased = new Set<string>()
const ACME: ApprovalStoreOptions = {
  ...{ tenant: acme, seal: inMemorySeal(erased), pseudonymOf: () => undefined },
}
const request = (id: string, rest: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  ...pendingRequest(undefined, id),
  ...rest,
})

test('requests outlive their process, beside the records of the same file', async (t) => {
  const file = join(await scratch(t), 'state.db')
  const records = openRecords(file, ACME.seal)
  const first = openApprovals(file, ACME)
  first.add(request('a1'))
  records.write(acme, 'notes', [{ key: 'a', value: 1 }])
  first.add(request('a2', { state: 'granted' }))
  first.close()
  records.close()
  const again = openApprovals(file, ACME)
  assert.deepEqual(again.get('a1'), request('a1'))
  assert.deepEqual(
    again.open().map(({ id, state }) => [id, state]),
    [
      ['a1', 'pending'],
      ['a2', 'granted'],
    ],
  )
  assert.equal(statSync(file).mode & 0o777, 0o600)
  again.close()
})

test('of equal actions the newest request is found, and none of another binding', async (t) => {
  const store = openApprovals(join(await scratch(t), 'state.db'), ACME)
  t.after(() => store.close())
  store.add(request('a1', { state: 'expired' }))
  store.add(request('a2'))
  const { binding } = request('a1')
  assert.equal(store.latest(binding)?.id, 'a2')
  for (const other of [
    { agent: 'research' },
    { action: 'hmac-sha256:cc' },
    { version: 'sha256:11' },
    { approvals: [] },
  ]) {
    assert.equal(store.latest({ ...binding, ...other }), undefined)
  }
})

test('a request is replaced only as it stood when it was read', async (t) => {
  const store = openApprovals(join(await scratch(t), 'state.db'), ACME)
  t.after(() => store.close())
  store.add(request('a1'))
  const read = store.get('a1') ?? assert.fail()
  assert.equal(store.replace(read, { ...read, state: 'granted' }), true)
  assert.equal(store.replace(read, { ...read, state: 'denied' }), false)
  assert.equal(store.get('a1')?.state, 'granted')
})

test('one tenant never sees, finds or changes the requests of another', async (t) => {
  const file = join(await scratch(t), 'state.db')
  const own = openApprovals(file, ACME)
  const other = openApprovals(file, { ...ACME, tenant: globex })
  t.after(() => [own, other].map((store) => store.close()))
  own.add(request('a1'))
  assert.equal(other.get('a1'), undefined)
  assert.equal(other.latest(request('a1').binding), undefined)
  assert.deepEqual([other.open(), other.newest(10)], [[], []])
  assert.equal(other.replace(request('a1'), request('a1', { state: 'granted' })), false)
  assert.equal(own.get('a1')?.state, 'pending')
})

test('settled requests are kept up to a bound, and open ones always', async (t) => {
  const options = { ...ACME, settledKept: 2 }
  const store = openApprovals(join(await scratch(t), 'state.db'), options)
  t.after(() => store.close())
  store.add(request('open'))
  for (const id of ['s1', 's2', 's3', 's4']) store.add(request(id, { state: 'denied' }))
  assert.deepEqual(
    store.newest(10).map(({ id }) => id),
    ['s4', 's3', 'open'],
  )
  assert.deepEqual(
    store.newest(1).map(({ id }) => id),
    ['s4'],
  )
})

test('an id that is there already is refused, and changes nothing', async (t) => {
  const store = openApprovals(join(await scratch(t), 'state.db'), ACME)
  t.after(() => store.close())
  store.add(request('a1'))
  assert.throws(() => store.add(request('a1', { state: 'granted' })), {
    code: 'APPROVAL_UNAVAILABLE',
  })
  assert.equal(store.get('a1')?.state, 'pending')
  store.add(request('a2'))
})

test('a store that is out says so under its own code', async (t) => {
  const file = join(await scratch(t), 'state.db')
  const store = openApprovals(file, ACME)
  store.close()
  assert.throws(() => store.get('a1'), { code: 'APPROVAL_UNAVAILABLE' })
  assert.throws(() => store.add(request('a1')), { code: 'APPROVAL_UNAVAILABLE' })
  assert.throws(() => openApprovals(join(file, 'no'), ACME), {
    code: 'APPROVAL_UNAVAILABLE',
  })
})

test('arguments are sealed at rest, and of an erased subject nothing opens', async (t) => {
  const file = join(await scratch(t), 'state.db')
  const store = openApprovals(file, ACME)
  t.after(() => [store.close(), erased.clear()])
  store.add(request('a1'))
  for (const name of [file, `${file}-wal`]) {
    assert.equal(readFileSync(name).includes('message'), false, name)
  }
  assert.deepEqual(store.get('a1'), request('a1'))
  erased.add('ann')
  const gone = store.get('a1') ?? assert.fail()
  assert.deepEqual(gone.asked, { ...request('a1').asked, args: '', erased: true })
  assert.equal(store.replace(gone, { ...gone, state: 'void' }), true)
  assert.throws(() => store.add(request('a2')), { code: 'APPROVAL_UNAVAILABLE' })
})

test('attack: arguments put under another request do not open', async (t) => {
  const file = join(await scratch(t), 'state.db')
  const store = openApprovals(file, ACME)
  t.after(() => store.close())
  for (const id of ['a1', 'a2']) store.add(request(id))
  const db = new DatabaseSync(file)
  db.exec(`UPDATE approval SET sealed = (SELECT sealed FROM approval WHERE id = 'a2')`)
  db.close()
  assert.throws(() => store.get('a1'), { code: 'APPROVAL_UNAVAILABLE' })
})
