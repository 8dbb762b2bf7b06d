import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { accountsDb } from '../../../test/support/accounts-db.ts'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { LoggedIn, MemberFacts } from '../../pipeline/ports.ts'
import {
  DEFAULT_SESSION_IDLE_MS,
  DEFAULT_SESSION_LIFE_MS,
  peopleSessions,
  SESSIONS_PER_MEMBER,
} from './people-sessions.ts'

const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
const ANA: LoggedIn = {
  ...{ tenant: acme, id: 'ana', via: 'password', mfaVerified: false },
  ...{ roles: ['clerk'], attributes: { clearance: 'low', team: 'desk' } },
}
const HERE = { source: '192.0.2.7' }

async function set(t: TestContext) {
  const clock = handClock()
  const ended: string[] = []
  const facts = new Map<string, MemberFacts>()
  let next = 0
  const { db, sessionStore: store } = await accountsDb(t)
  const sessions = peopleSessions({
    ...{ store, clock, ids: { next: () => `s${next++}` } },
    members: (tenant, id) => facts.get(`${tenant}/${id}`),
    onEnd: (_tenant, { id }) => ended.push(id),
  })
  const proves = (token: string) => sessions.verify({ kind: 'bearer', token }, clock.now())
  return { sessions, clock, ended, facts, proves, db }
}

test('a session proves the person, and what policies read of the login', async (t) => {
  const { sessions, proves, clock } = await set(t)
  const { token, session } = sessions.begin(ANA, HERE)
  assert.deepEqual(await proves(token), {
    tenant: 'acme',
    principal: {
      ...{ kind: 'human', id: 'ana', roles: ['clerk'] },
      attributes: { clearance: 'low', team: 'desk' },
    },
    chain: [{ kind: 'human', id: 'ana', via: 'session', session: session.id }],
    session: { mfa_verified: false, via: 'password', begun: clock.now() },
    credential: {
      ...{ id: session.id, issued: clock.now() },
      expires: clock.now() + DEFAULT_SESSION_LIFE_MS,
    },
  })
})

test('what the directory says is asked at every request, and stands above the login', async (t) => {
  const { sessions, proves, facts } = await set(t)
  const { token } = sessions.begin(ANA, HERE)
  facts.set('acme/ana', { roles: ['admin'], attributes: { clearance: 'high' } })
  const { principal } = await proves(token)
  assert.deepEqual(principal.roles, ['clerk', 'admin'])
  assert.deepEqual(principal.attributes, { clearance: 'high', team: 'desk' })
  facts.delete('acme/ana')
  assert.deepEqual((await proves(token)).principal.roles, ['clerk'])
})

test('neither the token nor anything that leads to it is kept', async (t) => {
  const { sessions, db } = await set(t)
  const { token } = sessions.begin(ANA, HERE)
  const secret = token.split('.')[1] ?? assert.fail()
  assert.ok(secret.length >= 43)
  assert.ok(!JSON.stringify(db.prepare('SELECT * FROM session').all()).includes(secret))
})

test('a session that is not used ends, and one that is used ends at last', async (t) => {
  const { sessions, proves, clock, ended } = await set(t)
  const idle = sessions.begin(ANA, HERE)
  clock.advance(DEFAULT_SESSION_IDLE_MS - 1)
  await proves(idle.token)
  clock.advance(DEFAULT_SESSION_IDLE_MS)
  await assert.rejects(proves(idle.token), { code: 'IDENTITY_EXPIRED' })
  assert.deepEqual(ended, [idle.session.id])
  await assert.rejects(proves(idle.token), { code: 'IDENTITY_INVALID' })
  const used = sessions.begin(ANA, HERE)
  for (let at = 0; at < DEFAULT_SESSION_LIFE_MS; at += DEFAULT_SESSION_IDLE_MS / 2) {
    await proves(used.token)
    clock.advance(DEFAULT_SESSION_IDLE_MS / 2)
  }
  await assert.rejects(proves(used.token), { code: 'IDENTITY_EXPIRED' })
})

test('a second factor gives the session another token, and voids the old one', async (t) => {
  const { sessions, proves, clock, ended } = await set(t)
  const before = sessions.begin(ANA, HERE)
  const after = sessions.elevate(before.token, clock.now())
  await assert.rejects(proves(before.token), { code: 'IDENTITY_INVALID' })
  const { session } = await proves(after.token)
  assert.equal(session?.mfa_verified, true)
  assert.equal(after.session.ends, before.session.ends)
  assert.deepEqual(ended, [before.session.id])
})

test('ended sessions prove nothing, and those of others go on', async (t) => {
  const { sessions, proves } = await set(t)
  const tokens = [1, 2].map(() => sessions.begin(ANA, HERE).token)
  const other = sessions.begin({ ...ANA, id: 'bob' }, HERE)
  const foreign = sessions.begin({ ...ANA, tenant: globex }, HERE)
  assert.equal(sessions.end(globex, { id: other.session.id }).length, 0)
  assert.equal(sessions.end(acme, { member: 'ana' }).length, 2)
  for (const token of tokens) await assert.rejects(proves(token), { code: 'IDENTITY_INVALID' })
  assert.equal((await proves(other.token)).principal.id, 'bob')
  assert.equal((await proves(foreign.token)).tenant, 'globex')
  assert.deepEqual(
    sessions.list(acme).map(({ member }) => member),
    ['bob'],
  )
})

test('a token says whose it is, and is nobody else’s for that', async (t) => {
  const { sessions, proves } = await set(t)
  const { token } = sessions.begin(ANA, HERE)
  const other = token.replace('pcs_acme.', 'pcs_globex.')
  await assert.rejects(proves(other), { code: 'IDENTITY_INVALID' })
})

test('the oldest of too many sessions of one person ends', async (t) => {
  const { sessions, proves, clock } = await set(t)
  const tokens: string[] = []
  for (let count = 0; count <= SESSIONS_PER_MEMBER; count += 1) {
    tokens.push(sessions.begin(ANA, HERE).token)
    clock.advance(1)
  }
  assert.equal(sessions.list(acme).length, SESSIONS_PER_MEMBER)
  await assert.rejects(proves(tokens[0] ?? ''), { code: 'IDENTITY_INVALID' })
  await proves(tokens[1] ?? '')
})

test('no text whatever is more than a refusal with a code', async (t) => {
  const { proves } = await set(t)
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((secret) => `pcs_acme.${secret}`),
    fc.constant(`pcs_acme.${'x'.repeat(1024 * 1024)}`),
  )
  await fc.assert(
    fc.asyncProperty(text, async (token) => {
      await assert.rejects(proves(token), (error) => error instanceof PortcullisError)
    }),
  )
})
