import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf } from '../errors.ts'
import { type Delegate, type DelegationRequest, delegate, type Warrant } from './delegation.ts'
import type { ActorLink } from './principal.ts'
import { covers, isNarrower } from './scopes.ts'
import { DEFAULT_TENANT, tenantOf } from './tenant.ts'

const human = (id: string): ActorLink => ({ kind: 'human', id, via: 'delegated' })
const agent = (id: string): ActorLink => ({ kind: 'agent', id, via: 'delegated' })

const ALICE: Warrant = {
  tenant: DEFAULT_TENANT,
  chain: [human('alice'), agent('sales')],
  scopes: ['crm.*', 'files.read'],
  expires: 1_000,
}
const HELPER: Delegate = {
  tenant: DEFAULT_TENANT,
  link: agent('helper'),
  actsFor: ['agent:sales'],
  scopes: ['*'],
}
const ASK: DelegationRequest = { until: 5_000, depth: 4 }

test('a sub-agent gets what the subject has, for no longer, one link further', () => {
  assert.deepEqual(delegate(ALICE, HELPER, ASK), {
    ...{ tenant: DEFAULT_TENANT, scopes: ['crm.*', 'files.read'], expires: 1_000 },
    chain: [human('alice'), agent('sales'), agent('helper')],
  })
})

test('what comes of it ends when the delegate wants it to, where that is sooner', () => {
  assert.equal(delegate(ALICE, HELPER, { ...ASK, until: 500 }).expires, 500)
})

test('an agent that narrows what it holds adds no link', () => {
  const own = { ...HELPER, link: agent('sales'), actsFor: [] }
  const narrowed = delegate(ALICE, own, { ...ASK, scopes: ['crm.query'] })
  assert.deepEqual(narrowed.chain, ALICE.chain)
  assert.deepEqual(narrowed.scopes, ['crm.query'])
})

const OTHER = tenantOf('other')
const REFUSED: readonly [string, Warrant, Delegate, Partial<DelegationRequest>, string][] = [
  ['wider scopes than the subject has', ALICE, HELPER, { scopes: ['*'] }, 'OAUTH_SCOPE_WIDER'],
  [
    'wider scopes than the delegate may have',
    ...([ALICE, { ...HELPER, scopes: ['files.*'] }] as const),
    ...([{ scopes: ['crm.query'] }, 'OAUTH_SCOPE_WIDER'] as const),
  ],
  [
    'a delegate that has nothing in common with the subject',
    ...([ALICE, { ...HELPER, scopes: ['mail.*'] }, {}, 'OAUTH_SCOPE_WIDER'] as const),
  ],
  ['a list of no scopes', ALICE, HELPER, { scopes: [] }, 'OAUTH_SCOPE_WIDER'],
  ['an agent that is not declared', ALICE, { ...HELPER, actsFor: [] }, {}, 'DELEGATION_REFUSED'],
  [
    'one that acts for the first link and not for the holder',
    ...([ALICE, { ...HELPER, actsFor: ['human:alice'] }, {}, 'DELEGATION_REFUSED'] as const),
  ],
  ['another than the picked one', { ...ALICE, mayAct: 'x' }, HELPER, {}, 'DELEGATION_REFUSED'],
  ['an agent of another tenant', ALICE, { ...HELPER, tenant: OTHER }, {}, 'DELEGATION_REFUSED'],
  ['a chain that is long enough', ALICE, HELPER, { depth: 1 }, 'DELEGATION_TOO_DEEP'],
  ['a chain of nobody', { ...ALICE, chain: [] }, HELPER, {}, 'DELEGATION_REFUSED'],
]

for (const [title, subject, actor, request, code] of REFUSED) {
  test(`refused: ${title}`, () => {
    assert.throws(() => delegate(subject, actor, { ...ASK, ...request }), { code })
  })
}

test('the picked agent may act on, and nobody picks another in its place', () => {
  const picked = { ...ALICE, mayAct: 'helper' }
  assert.equal(delegate(picked, HELPER, ASK).mayAct, undefined)
  const own = { ...HELPER, link: agent('sales') }
  assert.equal(delegate(picked, own, ASK).mayAct, 'helper')
  const change = () => delegate(picked, own, { ...ASK, mayAct: 'x' })
  assert.throws(change, { code: 'DELEGATION_REFUSED' })
})

const name = fc.constantFrom('a', 'b', 'c')
const scope = fc.constantFrom('*', 'crm.*', 'crm.query', 'files.*', 'files.read')
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 3 })
const step = fc.record({
  actor: fc.record({ link: name.map(agent), scopes }),
  scopes: fc.option(scopes, { nil: undefined }),
  until: fc.integer({ min: 0, max: 3_000 }),
  depth: fc.integer({ min: 0, max: 5 }),
})
const root = fc.record({
  chain: fc.array(name.map(agent), { minLength: 1, maxLength: 2 }),
  scopes,
  expires: fc.integer({ min: 0, max: 3_000 }),
})

test('law: however often it is exchanged, authority only narrows, the chain only grows', () => {
  fc.assert(
    fc.property(root, fc.array(step, { maxLength: 6 }), (begun, steps) => {
      let held: Warrant = { tenant: DEFAULT_TENANT, ...begun }
      for (const { actor, ...request } of steps) {
        const before = held
        try {
          held = delegate(held, { tenant: DEFAULT_TENANT, actsFor: ['agent:*'], ...actor }, request)
        } catch (error) {
          assert.match(codeOf(error), /^(DELEGATION_|OAUTH_SCOPE_WIDER)/)
          continue
        }
        assert.ok(isNarrower(held.scopes, before.scopes) && isNarrower(held.scopes, actor.scopes))
        assert.ok(held.expires <= before.expires && held.expires <= request.until)
        assert.ok(held.chain.length - 1 <= request.depth)
        assert.deepEqual(held.chain.slice(0, before.chain.length), before.chain)
        assert.ok(held.chain.length - before.chain.length <= 1)
        assert.equal(held.chain.at(-1)?.id, actor.link.id)
      }
      for (const operation of ['crm.query', 'crm.export', 'files.read', 'mail.send']) {
        if (covers(held.scopes, operation)) assert.ok(covers(begun.scopes, operation))
      }
    }),
  )
})
