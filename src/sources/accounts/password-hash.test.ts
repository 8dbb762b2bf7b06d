import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { HASHES_AT_ONCE, HASHES_WAITING, PasswordHashes } from './password-hash.ts'

test('a hash is Argon2id with the published costs, and another salt each time', async () => {
  const hashes = new PasswordHashes()
  const [one, two] = await Promise.all([hashes.hash('secret'), hashes.hash('secret')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(one, two)
  const [, , , , salt = '', hash = ''] = one.split('$')
  const expected = argon2Sync('argon2id', {
    ...{ message: 'secret', nonce: Buffer.from(salt, 'base64'), tagLength: 32 },
    ...{ memory: 19_456, passes: 2, parallelism: 1 },
  })
  assert.deepEqual(Buffer.from(hash, 'base64'), expected)
  assert.equal(await hashes.matches('secret', one), true)
  assert.equal(await hashes.matches('Secret', one), false)
})

test('where there is no hash one is computed all the same, and matches nothing', async () => {
  assert.equal(await new PasswordHashes().matches('nobody', undefined), false)
})

test('what is no hash of ours is a fault, and no match', async () => {
  const hashes = new PasswordHashes()
  for (const text of ['', 'secret', '$2b$10$abc', '$argon2i$v=19$m=19456,t=2,p=1$AA$AA'])
    await assert.rejects(hashes.matches('secret', text), { code: 'ACCOUNTS_UNAVAILABLE' })
})

test('more than may wait are refused, so that logins take a bounded memory', async () => {
  const hashes = new PasswordHashes({ memory: 8, passes: 1 })
  const asked = HASHES_AT_ONCE + HASHES_WAITING + 10
  const results = await Promise.allSettled(
    Array.from({ length: asked }, () => hashes.matches('secret', undefined)),
  )
  const refused = results.filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 10)
  assert.ok(refused.every((it) => it.status === 'rejected' && it.reason.code === 'LOGIN_BUSY'))
  assert.equal(await hashes.matches('secret', undefined), false)
})
