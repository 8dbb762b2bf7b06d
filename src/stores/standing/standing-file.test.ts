import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import type { StandingRecord } from '../../kernel/identity/standing.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { openStandingFile } from './standing-file.ts'

const RECORDS: readonly StandingRecord[] = [
  { tenant: DEFAULT_TENANT, what: 'agent', id: 'sales', standing: { state: 'suspended' } },
  {
    ...{ tenant: DEFAULT_TENANT, what: 'agent', id: 'old' },
    standing: { state: 'revoked', voidUntil: 7 },
  },
  { tenant: DEFAULT_TENANT, what: 'credential', id: 't1' },
  { tenant: DEFAULT_TENANT, what: 'session', id: 's1', expires: 100 },
  { tenant: tenantOf('acme'), what: 'agent', id: 'sales', standing: { state: 'active' } },
]

test('what was taken back stays so over a restart, and what expired is forgotten', async (t) => {
  const path = join(await scratch(t), 'standing.db')
  const file = openStandingFile(path)
  for (const record of RECORDS) file.put(record)
  file.close()
  const again = openStandingFile(path)
  const byName = (records: readonly StandingRecord[]) =>
    records.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  assert.deepEqual(byName(again.load(99)), byName(RECORDS))
  assert.equal(again.load(100).length, RECORDS.length - 1)
  again.close()
})

function nameOf({ tenant, what, id }: StandingRecord): string {
  return [tenant, what, id].join(' ')
}

test('a principal has one standing, the last one', async (t) => {
  const file = openStandingFile(join(await scratch(t), 'standing.db'))
  t.after(() => file.close())
  const who = { tenant: DEFAULT_TENANT, what: 'agent', id: 'sales' } as const
  file.put({ ...who, standing: { state: 'suspended' } })
  file.put({ ...who, standing: { state: 'active' } })
  assert.deepEqual(file.load(0), [{ ...who, standing: { state: 'active' } }])
})

test('a file that is something else is refused', async (t) => {
  const path = join(await scratch(t), 'standing.db')
  writeFileSync(path, 'not a database')
  assert.throws(() => openStandingFile(path), { code: 'STANDING_UNAVAILABLE' })
})

test('a row that nobody here wrote is refused: it might have been a revocation', async (t) => {
  const path = join(await scratch(t), 'standing.db')
  openStandingFile(path).close()
  const db = new DatabaseSync(path)
  db.exec("INSERT INTO standing VALUES ('default', 'agent', 'sales', 'banished', NULL)")
  db.close()
  const file = openStandingFile(path)
  t.after(() => file.close())
  assert.throws(() => file.load(0), { code: 'STANDING_UNAVAILABLE' })
})
