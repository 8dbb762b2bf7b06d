import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import type { RecordedRequest } from '../../kernel/policy/recorded-request.ts'
import { readRequests } from './read-requests.ts'
import { recordRequests } from './record-requests.ts'
import type { RequestKeys } from './sealed-request.ts'

const KEY = createSecretKey(Buffer.alloc(32, 1))
const OTHER_KEY = createSecretKey(Buffer.alloc(32, 2))
const keys: RequestKeys = (pseudonym) => (pseudonym === 'gone' ? undefined : KEY)
const NOW = Date.now()
const BOUNDS = { maxAgeMs: 60_000, maxCount: 1_000 }
const SECRET = 'hunter2-is-no-good'

function recorded(receipt: string, at = NOW): RecordedRequest {
  const resource = { type: 'tool', id: 'desk.echo' } as const
  const attributes = { args: { password: SECRET }, principal: { id: 'sales' } }
  return { receipt, at, request: { operation: 'desk.echo', resource, attributes } }
}

function idsIn(file: string, opening: RequestKeys = keys): readonly string[] {
  const reader = readRequests(file, opening)
  const found = [...(reader?.requests() ?? [])].map(({ receipt }) => receipt)
  reader?.close()
  return found
}

test('a recorded request is found by its receipt, as it was decided', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const log = eventLog()
  const recordings = recordRequests({ file, keys, log, ...BOUNDS })
  const approved = { ...recorded('r2'), request: { ...recorded('r2').request, approved: ['boss'] } }
  recordings.keep(recorded('r1'), 'p')
  recordings.keep(approved, 'p')
  await recordings.close()
  const reader = readRequests(file, keys)
  assert.deepEqual(reader?.request('r1'), recorded('r1'))
  assert.deepEqual(reader?.request('r2'), approved)
  assert.equal(reader?.request('r3'), undefined)
  assert.equal(reader?.count(), 2)
  reader?.close()
  assert.deepEqual(recordings.counts(), { kept: 2, dropped: 0 })
  assert.deepEqual(log.events, [])
})

test('at rest a request is sealed, in a file that only its owner can read', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const recordings = recordRequests({ file, keys, log: eventLog(), ...BOUNDS })
  recordings.keep(recorded('r1'), 'p')
  await recordings.close()
  assert.equal(readFileSync(file).includes(SECRET), false)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.throws(() => idsIn(file, () => OTHER_KEY), { code: 'REQUEST_UNREADABLE' })
})

const ALTERATIONS: readonly (readonly [string, string])[] = [
  ['moved to another receipt', "UPDATE request SET receipt = 'r9'"],
  ['given another time', 'UPDATE request SET at = at + 1'],
  ['given to another subject', "UPDATE request SET pseudonym = 'another'"],
  [
    'overwritten in part',
    "UPDATE request SET sealed = CAST(substr(sealed, 1, 20) || x'00000000' AS BLOB)",
  ],
  ['cut to nothing', "UPDATE request SET sealed = x''"],
]

for (const [what, statement] of ALTERATIONS)
  test(`a recorded request that was ${what} does not open`, async (t) => {
    const file = join(await scratch(t), 'requests.db')
    const recordings = recordRequests({ file, keys, log: eventLog(), ...BOUNDS })
    recordings.keep(recorded('r1'), 'p')
    await recordings.close()
    const db = new DatabaseSync(file)
    db.exec(statement)
    db.close()
    assert.throws(() => idsIn(file), { code: 'REQUEST_UNREADABLE' })
  })

test('without the key of its subject a request is told to be erased', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const recordings = recordRequests({ file, keys: () => KEY, log: eventLog(), ...BOUNDS })
  recordings.keep(recorded('r1'), 'p')
  recordings.keep(recorded('r2'), 'gone')
  await recordings.close()
  const reader = readRequests(file, keys) ?? assert.fail()
  t.after(() => reader.close())
  assert.throws(() => reader.request('r2'), { code: 'PAYLOAD_ERASED' })
  assert.deepEqual(
    [...reader.requests()],
    [recorded('r1'), { receipt: 'r2', at: NOW, erased: true }],
  )
})

test('of a subject that was erased since the decision, nothing is kept', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const recordings = recordRequests({ file, keys, log: eventLog(), ...BOUNDS })
  recordings.keep(recorded('r1'), 'gone')
  await recordings.close()
  assert.deepEqual(recordings.counts(), { kept: 0, dropped: 0 })
})

test('keys that cannot be read cost requests, and hold up nothing', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const failing = () => {
    throw new Error('the disk is gone')
  }
  const log = eventLog()
  const recordings = recordRequests({ file, keys: failing, log, ...BOUNDS })
  recordings.keep(recorded('r1'), 'p')
  await recordings.close()
  assert.deepEqual(
    [recordings.counts(), log.events],
    [{ kept: 0, dropped: 1 }, ['requests.dropped']],
  )
})

test('what is too old or too many goes, the oldest first', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const options = { file, keys, log: eventLog(), maxAgeMs: 60_000, maxCount: 3 }
  const recordings = recordRequests(options)
  recordings.keep(recorded('old', NOW - 120_000), 'p')
  for (const receipt of ['r1', 'r2', 'r3', 'r4', 'r5']) recordings.keep(recorded(receipt), 'p')
  await recordings.close()
  assert.deepEqual(idsIn(file), ['r3', 'r4', 'r5'])
  assert.equal(recordings.counts().kept, 3)
})

test('a flood of requests is dropped past the bound, counted, and logged once', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const log = eventLog()
  const recordings = recordRequests({ file, keys, log, ...BOUNDS, queueLimit: 10 })
  // Nothing is written before this turn of the loop ends.
  for (let n = 0; n < 15; n++) recordings.keep(recorded(`r${n}`), 'p')
  assert.equal(recordings.counts().dropped, 5)
  assert.deepEqual(log.events, ['requests.dropped'])
  await recordings.close()
  assert.equal(idsIn(file).length, 10)
})

test('a request that is too large, or would fill the queue, is dropped', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  const options = { file, keys, log: eventLog(), ...BOUNDS }
  const small = recordRequests({ ...options, requestBytes: 100 })
  small.keep(recorded('r1'), 'p')
  await small.close()
  const full = recordRequests({ ...options, queueBytes: 300 })
  full.keep(recorded('r2'), 'p')
  full.keep(recorded('r3'), 'p')
  await full.close()
  assert.deepEqual([small.counts().dropped, full.counts().dropped], [1, 1])
  assert.deepEqual(idsIn(file), ['r2'])
})

test('a file that is something else costs requests and nothing more', async (t) => {
  const file = join(await scratch(t), 'requests.db')
  writeFileSync(file, 'no database')
  const log = eventLog()
  const recordings = recordRequests({ file, keys, log, ...BOUNDS })
  recordings.keep(recorded('r1'), 'p')
  await recordings.close()
  recordings.keep(recorded('r2'), 'p')
  assert.equal(recordings.counts().dropped, 2)
  assert.ok(log.events.includes('requests.dropped'))
  assert.equal(readFileSync(file, 'utf8'), 'no database')
})
