import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActorLink, Identity } from './principal.ts'
import { concerns, type EndOf, StandingBook, type StandingRecord } from './standing.ts'
import { DEFAULT_TENANT as tenant, tenantOf } from './tenant.ts'

const other = tenantOf('other')
const human: ActorLink = { kind: 'human', id: 'ana', via: 'delegated' }
const agent: ActorLink = { kind: 'agent', id: 'sales', via: 'bearer-jwt', session: 't1' }

/** The agent `sales`, acting for `ana`, by a token that was issued at 1000. */
const identity: Identity = {
  tenant,
  principal: { kind: 'agent', id: 'sales', roles: [] },
  chain: [human, agent],
  session: { id: 'login-1' },
  credential: { id: 't1', issued: 1_000 },
}

function codeAfter(...records: StandingRecord[]): string | undefined {
  const book = new StandingBook()
  for (const record of records) book.put(record)
  return book.faultOf(identity)?.code
}

const CASES: readonly [what: string, record: StandingRecord, code: string | undefined][] = [
  ['itself suspended', agentIs('suspended'), 'AGENT_SUSPENDED'],
  ['itself revoked', agentIs('revoked', 5_000), 'IDENTITY_REVOKED'],
  ['itself let in again', agentIs('active'), undefined],
  ['a token from before a revocation', agentIs('active', 1_000), 'IDENTITY_REVOKED'],
  ['a token from after a revocation', agentIs('active', 999), undefined],
  ['the person suspended', humanIs('suspended'), 'IDENTITY_REVOKED'],
  ['the person revoked', humanIs('revoked', 5_000), 'IDENTITY_REVOKED'],
  ['another agent revoked', { ...agentIs('revoked'), id: 'research' }, undefined],
  ['a person of the name of the agent', { ...humanIs('revoked'), id: 'sales' }, undefined],
  ['its namesake in another tenant', { ...agentIs('revoked'), tenant: other }, undefined],
  ['its token taken back', { tenant, what: 'credential', id: 't1' }, 'IDENTITY_REVOKED'],
  ['its login ended', { tenant, what: 'session', id: 'login-1' }, 'SESSION_ENDED'],
  ['another token taken back', { tenant, what: 'credential', id: 't2' }, undefined],
]

function agentIs(state: 'active' | 'suspended' | 'revoked', voidUntil?: number) {
  const standing = { state, ...(voidUntil !== undefined && { voidUntil }) }
  return { tenant, what: 'agent', id: 'sales', standing } as const
}

function humanIs(state: 'active' | 'suspended' | 'revoked', voidUntil?: number) {
  return { ...agentIs(state, voidUntil), what: 'human', id: 'ana' } as const
}

for (const [what, record, code] of CASES) {
  test(`with ${what} it is ${code ?? 'let in'}`, () => assert.equal(codeAfter(record), code))
}

test('what does not say when it was issued is void after any revocation', () => {
  const book = new StandingBook()
  book.put(agentIs('active', 1))
  const { credential: _left, ...undated } = identity
  assert.equal(book.faultOf(undated)?.code, 'IDENTITY_REVOKED')
})

test('the last word on a principal counts', () => {
  assert.equal(codeAfter(agentIs('suspended'), agentIs('active')), undefined)
})

const ENDS: readonly [end: EndOf, meant: boolean][] = [
  [{ tenant, what: 'agent', id: 'sales' }, true],
  [{ tenant, what: 'human', id: 'ana' }, true],
  [{ tenant, what: 'session', id: 'login-1' }, true],
  [{ tenant, what: 'credential', id: 't1' }, true],
  [{ tenant, what: 'credential', id: 'login-2' }, false],
  [{ tenant, what: 'human', id: 'sales' }, false],
  [{ tenant: other, what: 'agent', id: 'sales' }, false],
]

for (const [end, meant] of ENDS) {
  test(`the end of ${end.tenant} ${end.what} ${end.id} ${meant ? 'reaches' : 'spares'} it`, () => {
    assert.equal(concerns(end, identity), meant)
  })
}
