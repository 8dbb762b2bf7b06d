import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { openSigningKeys } from './signing-keys-file.ts'

const FINGERPRINT = `sha256:${'ab'.repeat(32)}`
const PIN = { fingerprint: FINGERPRINT, level: 'dns', since: 7 } as const

test('a pin and a revocation stay over a restart, each tenant’s its own', async (t) => {
  const path = join(await scratch(t), 'signing-keys.db')
  const file = openSigningKeys(path)
  file.of(DEFAULT_TENANT).put('example.com', { ...PIN, level: 'first_use' })
  file.of(DEFAULT_TENANT).put('example.com', PIN)
  file.of(DEFAULT_TENANT).revoke(FINGERPRINT, 8)
  file.close()
  const again = openSigningKeys(path)
  t.after(() => again.close())
  const own = again.of(DEFAULT_TENANT)
  assert.deepEqual(own.get('example.com'), PIN)
  assert.equal(own.get('example.org'), undefined)
  assert.equal(own.isRevoked(FINGERPRINT), true)
  const other = again.of(tenantOf('acme'))
  assert.equal(other.get('example.com'), undefined)
  assert.equal(other.isRevoked(FINGERPRINT), false)
})

test('a file that is something else is refused', async (t) => {
  const path = join(await scratch(t), 'signing-keys.db')
  writeFileSync(path, 'not a database')
  assert.throws(() => openSigningKeys(path), { code: 'KEY_PINS_UNAVAILABLE' })
})

test('a pin that nobody here wrote is no pin: to forget it would be to trust anew', async (t) => {
  const path = join(await scratch(t), 'signing-keys.db')
  openSigningKeys(path).close()
  const db = new DatabaseSync(path)
  db.exec("INSERT INTO pins VALUES ('default', 'example.com', 'sha256:x', 'dns', 1)")
  db.close()
  const file = openSigningKeys(path)
  t.after(() => file.close())
  assert.throws(() => file.of(DEFAULT_TENANT).get('example.com'), { code: 'KEY_PINS_UNAVAILABLE' })
})
