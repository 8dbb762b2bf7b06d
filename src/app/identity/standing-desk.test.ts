import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { DEFAULT_TENANT as tenant } from '../../kernel/identity/tenant.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { openStandingFile } from '../../stores/standing/standing-file.ts'
import { StandingDesk } from './standing-desk.ts'

const sales = { tenant, what: 'agent', id: 'sales' } as const
const by = BY_OPERATOR

const identity: Identity = {
  tenant,
  principal: { kind: 'agent', id: 'sales', roles: [] },
  chain: [{ kind: 'agent', id: 'sales', via: 'bearer-jwt', session: 't1' }],
  credential: { id: 't1', issued: 1_000 },
}

/** A desk over a real file, whose ledger can be made to fail. */
async function desk(t: TestContext) {
  const path = join(await scratch(t), 'standing.db')
  const receipts: ReceiptDraft[] = []
  const ledger = { sealed: false }
  const append = async (draft: ReceiptDraft) => {
    if (ledger.sealed) throw new PortcullisError('LEDGER_UNAVAILABLE', 'sealed')
    receipts.push(draft)
    return { id: draft.id, seq: 0 }
  }
  const ledgerOf = () => ({ append })
  const ports = { clock: { now: () => 2_000 }, ids: { next: () => 'id' } }
  let file = openStandingFile(path)
  let broken = false
  t.after(() => broken || file.close())
  const open = () => new StandingDesk({ file, ports, ledgerOf, log: silentLog })
  return {
    ...{ desk: open(), receipts, ledger },
    names: () => receipts.map(({ event }) => `${event?.name} ${event?.detail}`),
    breakFile() {
      broken = true
      file.close()
    },
    again() {
      file.close()
      file = openStandingFile(path)
      return open()
    },
  }
}

test('a suspended agent is refused until it is resumed, with the same token', async (t) => {
  const { desk: standing, names, again } = await desk(t)
  standing.check(identity)
  await standing.suspend(sales, { by, reason: 'odd calls' })
  assert.throws(() => standing.check(identity), { code: 'AGENT_SUSPENDED' })
  const restarted = again()
  assert.throws(() => restarted.check(identity), { code: 'AGENT_SUSPENDED' })
  await restarted.resume(sales, { by })
  restarted.check(identity)
  assert.deepEqual(names(), ['agent.suspended sales: odd calls', 'agent.resumed sales'])
})

test('a revocation is final for what was issued, however often it is resumed', async (t) => {
  const { desk: standing, again } = await desk(t)
  await standing.revoke(sales, { by })
  await standing.suspend(sales, { by })
  assert.equal(standing.standing(tenant, 'agent', 'sales').state, 'revoked')
  await standing.resume(sales, { by })
  await standing.suspend(sales, { by })
  await standing.resume(sales, { by })
  const restarted = again()
  assert.throws(() => restarted.check(identity), { code: 'IDENTITY_REVOKED' })
  restarted.check({ ...identity, credential: { id: 't2', issued: 3_000 } })
})

test('what is open is told once it is refused already', async (t) => {
  const { desk: standing } = await desk(t)
  const told: string[] = []
  standing.onEnd(() => {
    throw new Error('one that fails')
  })
  const stop = standing.onEnd(({ what, id }) => {
    assert.throws(() => standing.check(identity), PortcullisError)
    told.push(`${what} ${id}`)
  })
  await standing.end({ tenant, what: 'credential', id: 't1' }, { by })
  stop()
  await standing.revoke(sales, { by })
  assert.deepEqual(told, ['credential t1'])
})

test('with a sealed ledger things are taken away, and nothing is given back', async (t) => {
  const { desk: standing, ledger, receipts } = await desk(t)
  ledger.sealed = true
  await assert.rejects(standing.suspend(sales, { by }), { code: 'LEDGER_UNAVAILABLE' })
  assert.throws(() => standing.check(identity), { code: 'AGENT_SUSPENDED' })
  await assert.rejects(standing.resume(sales, { by }), { code: 'LEDGER_UNAVAILABLE' })
  assert.throws(() => standing.check(identity), { code: 'AGENT_SUSPENDED' })
  assert.deepEqual(receipts, [])
})

test('what cannot be kept is in force and not acknowledged', async (t) => {
  const { desk: standing, breakFile, receipts } = await desk(t)
  breakFile()
  await assert.rejects(standing.revoke(sales, { by }), { code: 'STANDING_UNAVAILABLE' })
  assert.throws(() => standing.check(identity), { code: 'IDENTITY_REVOKED' })
  assert.deepEqual(receipts, [])
})
