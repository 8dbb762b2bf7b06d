import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handClock } from '../../test/support/in-memory-approvals.ts'
import { silentLog } from '../../test/support/silent-log.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import { CONNECTOR_WAIT_MS, LOGINS_LIMIT, PasswordLogins, REFUSAL_GRAIN_MS } from './logins.ts'
import type { AccountConnector, ConnectorAnswer, PasswordClaim } from './ports.ts'

const LOGIN = { tenant: DEFAULT_TENANT, name: 'ana', password: 'right', source: '192.0.2.7' }

const proved = (id: string, subject = id): ConnectorAnswer => ({
  kind: 'proved',
  account: {
    ...{ id, subject, via: 'password', mfaVerified: false },
    ...{ roles: [], attributes: {} },
  },
})

/** Knows `ana` with the password `right`, and whom else it is told to. */
function connector(name: string, more: Partial<AccountConnector> = {}) {
  const asked: PasswordClaim[] = []
  const answers: { -readonly [Key in keyof AccountConnector]: AccountConnector[Key] } = {
    name,
    async password(claim) {
      asked.push(claim)
      if (claim.name !== 'ana') return { kind: 'unknown' }
      return claim.password === 'right' ? proved('ana') : { kind: 'refused' }
    },
    ...more,
  }
  return { asked, answers }
}

function desk(connectors: readonly AccountConnector[]) {
  const time = handClock()
  const began = time.now()
  const refusals: string[] = []
  const alerts: string[] = []
  const owners = new Map<string, string>()
  const logins = new PasswordLogins({
    connectors,
    persons: {
      release: (_tenant, id) => owners.delete(id),
      claim(_tenant, id, { connector, subject }) {
        const owner = owners.get(id) ?? `${connector} ${subject}`
        owners.set(id, owner)
        return owner === `${connector} ${subject}`
      },
    },
    gate: {
      refuse: async (code, { peer }) => void refusals.push(`${code} ${peer}`),
      note: async ({ name, detail }) => void alerts.push(`${name} ${detail}`),
    },
    clock: { now: time.now, elapsed: () => time.now() - began },
    ...{ alarm: time.alarm, log: silentLog },
  })
  /** Who it was, or the code; time goes on until there is an answer. */
  const tries = async (login: Partial<typeof LOGIN> = {}) => {
    let settled: string | undefined
    const asked = logins.password({ ...LOGIN, ...login }).then(
      ({ id }) => id,
      ({ code }) => code,
    )
    void asked.then((result) => {
      settled = result
    })
    const started = time.now()
    for (let turns = 0; settled === undefined; turns += 1) {
      await new Promise((resolve) => void setImmediate(resolve))
      if (settled === undefined && turns > 3) time.advance(50)
    }
    return { result: settled, tookMs: time.now() - started }
  }
  return { logins, time, refusals, alerts, tries }
}

test('whatever is wrong, the answer is the same, at the same time, with a receipt', async () => {
  const { tries, refusals } = desk([connector('accounts').answers])
  const wrong = [
    { password: 'wrong' },
    { name: 'nobody' },
    { password: '' },
    { name: '' },
    { password: 'x'.repeat(10_000) },
    { name: 'x'.repeat(10_000) },
  ]
  for (const login of wrong)
    assert.deepEqual(await tries(login), { result: 'LOGIN_REFUSED', tookMs: REFUSAL_GRAIN_MS })
  assert.deepEqual(
    refusals,
    wrong.map(() => 'LOGIN_REFUSED 192.0.2.7'),
  )
})

test('a name that failed too often waits, and is told so in no way', async () => {
  const { asked, answers } = connector('accounts')
  const { tries, alerts, time } = desk([answers])
  for (let time = 0; time < 6; time += 1) await tries({ password: 'wrong' })
  asked.length = 0
  let pretended = 0
  answers.pretend = async function (this: AccountConnector) {
    pretended += this === answers ? 1 : 0
  }
  const locked = await tries()
  assert.equal(pretended, 1)
  assert.deepEqual(locked, { result: 'LOGIN_REFUSED', tookMs: REFUSAL_GRAIN_MS })
  assert.deepEqual(asked, [])
  assert.deepEqual(alerts, ['authentication.throttled 6 logins of default/ana'])
  time.advance(1_000)
  assert.equal((await tries()).result, 'ana')
})

test('names that do not exist wait just like those that do', async () => {
  const { asked, answers } = connector('accounts')
  const { tries } = desk([answers])
  for (let time = 0; time < 6; time += 1) await tries({ name: 'nobody' })
  asked.length = 0
  await tries({ name: 'nobody' })
  assert.deepEqual(asked, [])
})

test('a name spelt with look-alikes that Unicode holds equal is the same name', async () => {
  const { asked, answers } = connector('accounts')
  const { tries } = desk([answers])
  assert.equal((await tries({ name: 'ａｎａ' })).result, 'ana')
  assert.equal(asked[0]?.name, 'ana')
  // Cyrillic: no form of Unicode holds it equal, so it is somebody else, who does not exist.
  assert.equal((await tries({ name: 'аna' })).result, 'LOGIN_REFUSED')
})

test('tries that are under way count: a thousand at once are a thousand', async () => {
  const gates: (() => void)[] = []
  const { asked, answers } = connector('accounts', {
    async password(claim) {
      asked.push(claim)
      await new Promise<void>((resolve) => void gates.push(resolve))
      return { kind: 'refused' }
    },
  })
  const { logins, time } = desk([answers])
  const tries = Array.from({ length: 20 }, (_, at) =>
    logins.password({ ...LOGIN, password: `guess ${at}` }).catch(({ code }) => code),
  )
  await new Promise((resolve) => void setImmediate(resolve))
  assert.equal(asked.length, 6)
  for (const open of gates) open()
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve))
    time.advance(REFUSAL_GRAIN_MS)
  }
  assert.deepEqual(new Set(await Promise.all(tries)), new Set(['LOGIN_REFUSED']))
})

test('the first connector that knows the name has the say', async () => {
  const first = connector('accounts')
  const second = connector('ldap:corp', {
    password: async ({ name }) => proved(name, `uid=${name}`),
  })
  const { tries } = desk([first.answers, second.answers])
  assert.equal((await tries({ password: 'wrong' })).result, 'LOGIN_REFUSED')
  assert.equal((await tries({ name: 'bob' })).result, 'bob')
})

test('no source of accounts takes over an id that another vouched for', async () => {
  const names = new Map([
    ['ana', 'cn=ana'],
    ['mallory', 'cn=mallory'],
  ])
  const both = connector('ldap:corp', {
    password: async ({ name }) => proved('ana', names.get(name)),
  })
  const { tries } = desk([both.answers])
  assert.equal((await tries()).result, 'ana')
  assert.equal((await tries({ name: 'mallory' })).result, 'LOGIN_REFUSED')
  assert.equal((await tries()).result, 'ana')
})

test('a connector that fails, or never answers, refuses', async () => {
  const fails = connector('ldap:corp', { password: () => Promise.reject(new Error('down')) })
  assert.equal((await desk([fails.answers]).tries()).result, 'LOGIN_REFUSED')
  const silent = connector('ldap:corp', { password: () => new Promise(() => undefined) })
  const { result, tookMs } = await desk([silent.answers]).tries()
  assert.equal(result, 'LOGIN_REFUSED')
  assert.ok(tookMs <= CONNECTOR_WAIT_MS + REFUSAL_GRAIN_MS)
})

test('an address that tries one name after the other has to wait', async () => {
  const { tries, alerts } = desk([connector('accounts').answers])
  for (let time = 0; time < 31; time += 1) await tries({ name: `name${time}` })
  assert.equal((await tries({ name: 'other' })).result, 'AUTHENTICATION_THROTTLED')
  assert.deepEqual(alerts, ['authentication.throttled 31 logins from one address'])
  assert.equal((await tries({ source: '192.0.2.8' })).result, 'ana')
})

test('an own account does not forgive an address its tries at others', async () => {
  const { tries } = desk([connector('accounts').answers])
  for (let time = 0; time < 31; time += 1) {
    await tries({ name: `name${time}` })
    if (time < 30) assert.equal((await tries()).result, 'ana')
  }
  assert.equal((await tries()).result, 'AUTHENTICATION_THROTTLED')
})

test('more logins at once than there may be are refused, and none is looked at', async () => {
  const { answers } = connector('accounts', { password: () => new Promise(() => undefined) })
  const { logins } = desk([answers])
  const started = Array.from({ length: LOGINS_LIMIT }, (_, at) =>
    logins.password({ ...LOGIN, name: `n${at}`, source: `192.0.2.${at}` }),
  )
  assert.equal(started.length, LOGINS_LIMIT)
  await assert.rejects(logins.password(LOGIN), (error) => {
    return error instanceof PortcullisError && error.code === 'LOGIN_BUSY'
  })
})
