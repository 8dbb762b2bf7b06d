import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { generateSync } from 'otplib'
import { accountsDb } from '../../../test/support/accounts-db.ts'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { BuiltInAccounts } from './built-in-accounts.ts'
import { PasswordHashes } from './password-hash.ts'
import { RECOVERY_CODES } from './second-factor.ts'

const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
const PASSWORD = 'kaffee um halb acht'
const KEY = createSecretKey(Buffer.alloc(32, 7))

async function set(t: TestContext) {
  const clock = handClock()
  const { db, accountStore: store } = await accountsDb(t)
  const accounts = new BuiltInAccounts({ store, clock, key: KEY })
  await accounts.add(acme, 'ana', PASSWORD)
  const says = async (password: string, code?: string, tenant = acme) => {
    const claim = { tenant, name: 'ana', password, ...(code && { code }) }
    const answer = await accounts.password(claim)
    return answer.kind === 'proved' ? answer.account : answer.kind
  }
  /** The code that an authenticator shows so many steps from now. */
  const shown = (secret: string, steps = 0) =>
    generateSync({ secret, epoch: Math.floor(clock.now() / 1000) + steps * 30 })
  const withTotp = () => {
    const { secret } = accounts.enrolTotp(acme, 'ana')
    const codes = accounts.confirmTotp(acme, 'ana', shown(secret))
    clock.advance(30_000)
    return { secret, codes }
  }
  return { accounts, store, clock, db, says, shown, withTotp }
}

test('the right password proves the account, and nothing else does', async (t) => {
  const { accounts, says } = await set(t)
  const { handle } = accounts.get(acme, 'ana')
  assert.deepEqual(await says(PASSWORD), {
    ...{ id: 'ana', subject: handle, via: 'password', mfaVerified: false },
    ...{ roles: [], attributes: {} },
  })
  assert.equal(await says('kaffee um halb neun'), 'refused')
  assert.equal(await says(PASSWORD, undefined, globex), 'unknown')
})

test('the same password from another keyboard is right, too', async (t) => {
  const { accounts, says } = await set(t)
  await accounts.setPassword(acme, 'ana', 'caf\u00e9 ﬁve\u00a0times a day')
  assert.notEqual(await says('cafe\u0301 five times a day'), 'refused')
})

test('a disabled account is refused, with its right password, too', async (t) => {
  const { accounts, says } = await set(t)
  accounts.setDisabled(acme, 'ana', true)
  assert.equal(await says(PASSWORD), 'refused')
  accounts.setDisabled(acme, 'ana', false)
  assert.notEqual(await says(PASSWORD), 'refused')
})

test('a hash of lower costs is made anew at the next login', async (t) => {
  const { accounts, store, clock, says } = await set(t)
  const cheap = new PasswordHashes({ memory: 8_192, passes: 1 })
  const before = new BuiltInAccounts({ store, clock, key: KEY, hashes: cheap })
  await before.setPassword(acme, 'ana', PASSWORD)
  assert.match(accounts.get(acme, 'ana').password, /m=8192,t=1,p=1/)
  assert.equal(await says('kaffee um halb neun'), 'refused')
  assert.match(accounts.get(acme, 'ana').password, /m=8192,t=1,p=1/)
  await says(PASSWORD)
  assert.match(accounts.get(acme, 'ana').password, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(await says(PASSWORD), 'refused')
})

test('an authenticator is asked for once it has shown a code, and not before', async (t) => {
  const { accounts, says, shown, clock } = await set(t)
  const { secret, uri } = accounts.enrolTotp(acme, 'ana')
  assert.ok(uri.startsWith('otpauth://totp/Portcullis'))
  assert.notEqual(await says(PASSWORD), 'refused')
  assert.throws(() => accounts.confirmTotp(acme, 'ana', '000000'), { code: 'CODE_REFUSED' })
  const codes = accounts.confirmTotp(acme, 'ana', shown(secret))
  assert.equal(new Set(codes).size, RECOVERY_CODES)
  clock.advance(30_000)
  assert.equal(await says(PASSWORD), 'refused')
  assert.equal(await says(PASSWORD, '000000'), 'refused')
  const proved = await says(PASSWORD, shown(secret))
  assert.equal(typeof proved === 'object' && proved.mfaVerified, true)
})

test('a code is taken a step early or late, no more', async (t) => {
  const { says, shown, withTotp, clock } = await set(t)
  const { secret } = withTotp()
  clock.advance(300_000)
  assert.equal(await says(PASSWORD, shown(secret, -2)), 'refused')
  assert.equal(await says(PASSWORD, shown(secret, 2)), 'refused')
  assert.notEqual(await says(PASSWORD, shown(secret, -1)), 'refused')
  assert.notEqual(await says(PASSWORD, shown(secret, 1)), 'refused')
})

test('a code counts once, however many ask at the same moment', async (t) => {
  const { says, shown, withTotp } = await set(t)
  const { secret } = withTotp()
  const code = shown(secret)
  const answers = await Promise.all([1, 2, 3, 4].map(() => says(PASSWORD, code)))
  assert.equal(answers.filter((answer) => answer !== 'refused').length, 1)
  assert.equal(await says(PASSWORD, code), 'refused')
})

test('a recovery code counts once, in place of a code', async (t) => {
  const { says, withTotp, accounts } = await set(t)
  const [code = '', other = ''] = withTotp().codes
  assert.notEqual(await says(PASSWORD, code), 'refused')
  assert.equal(await says(PASSWORD, code), 'refused')
  assert.equal(accounts.code(acme, 'ana', other.toUpperCase()), true)
  assert.equal(accounts.code(acme, 'ana', other), false)
})

test('neither password nor secret nor recovery code is in the file', async (t) => {
  const { withTotp, db } = await set(t)
  const { secret, codes } = withTotp()
  const kept = JSON.stringify(db.prepare('SELECT * FROM account').all())
  const secrets = [PASSWORD, secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))]
  for (const text of secrets) assert.ok(!kept.includes(text))
})

test('a sealed secret that is moved to another account does not open there', async (t) => {
  const { accounts, store, withTotp } = await set(t)
  withTotp()
  await accounts.add(acme, 'bob', PASSWORD)
  const { totp } = accounts.get(acme, 'ana')
  const bob = accounts.get(acme, 'bob')
  store.replace(acme, bob, { ...bob, ...(totp && { totp }) })
  assert.throws(() => accounts.code(acme, 'bob', '123456'), { code: 'ACCOUNTS_UNAVAILABLE' })
})

test('an account is added once, by a name that cannot look like another', async (t) => {
  const { accounts } = await set(t)
  for (const name of ['ana', 'ANA', 'Ana']) {
    await assert.rejects(accounts.add(acme, name, PASSWORD), { code: 'ACCOUNT_EXISTS' })
  }
  for (const name of ['аna', 'ａｎａ', 'a na', '', '../ana', 'x'.repeat(129), 'a\u0000'])
    await assert.rejects(accounts.add(acme, name, PASSWORD), { code: 'NAME_INVALID' })
  const unfit = accounts.add(acme, 'bob', 'short')
  await assert.rejects(unfit, { code: 'PASSWORD_UNFIT' })
  assert.deepEqual(
    accounts.list(acme).map(({ name }) => name),
    ['ana'],
  )
})

test('another tenant sees none of it', async (t) => {
  const { accounts } = await set(t)
  assert.deepEqual(accounts.list(globex), [])
  assert.throws(() => accounts.setDisabled(globex, 'ana', true), { code: 'ACCOUNT_UNKNOWN' })
  await accounts.add(globex, 'ana', 'another password of hers')
  accounts.remove(globex, 'ana')
  assert.equal(accounts.get(acme, 'ana').disabled, false)
})
