import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOON, PURSE, UsageReceipts } from '../../../test/support/usage-receipts.ts'
import { MAX_COUNTED_OPERATIONS } from './call-counts.ts'
import { accountHolder, UsageBook } from './usage-book.ts'

const CALL = { principal: 'agent sales', operation: 'crm.read', now: NOON }
const SALES = { agent: 'sales', operation: 'crm.read', now: NOON }
const RATE = { kind: 'rate_limit', calls: 2, perMs: 60_000 } as const
const tenth = [{ budget: 'llm', amount: 0.1 }]

test('the call at hand counts, and no longer once it is let go', () => {
  const book = new UsageBook({})
  const call = book.begin(CALL)
  assert.deepEqual(call.facts.usage, {
    ...{ calls_last_minute: 1, calls_last_hour: 1, calls_last_day: 1, calls_in_flight: 1 },
    operation: { calls_last_minute: 1, calls_last_hour: 1, calls_last_day: 1 },
    spent_last_day: {},
  })
  assert.equal(book.begin(CALL).facts.usage.calls_in_flight, 2)
  call.end()
  call.end()
  assert.equal(book.begin(CALL).facts.usage.calls_in_flight, 2)
})

test('looking leaves no mark', () => {
  const { book } = new UsageReceipts({ llm: PURSE })
  for (let n = 0; n < 3; n++) assert.equal(book.peek(CALL).usage.calls_last_minute, 1)
})

test('counts are by principal, and by operation within them', () => {
  const ledger = new UsageReceipts({})
  ledger.dispatch('a', SALES)
  ledger.dispatch('b', { ...SALES, operation: 'crm.write' })
  ledger.dispatch('c', { ...SALES, agent: 'research' })
  ledger.dispatch('d', { ...SALES, now: NOON - 90_000 })
  const { usage } = ledger.book.peek({ ...CALL, now: NOON - 89_000 })
  assert.equal(usage.calls_last_minute, 4, 'the clock was set back, which frees nothing')
  assert.equal(usage.operation.calls_last_minute, 3)
  assert.equal(usage.calls_in_flight, 4)
})

test('an action is in flight until its outcome is recorded', () => {
  const ledger = new UsageReceipts({})
  ledger.dispatch('a', SALES)
  assert.equal(ledger.book.peek(CALL).usage.calls_in_flight, 2)
  ledger.settle('a', SALES)
  assert.equal(ledger.book.peek(CALL).usage.calls_in_flight, 1)
  assert.equal(ledger.book.peek(CALL).usage.calls_last_minute, 2)
})

test('a rate holds for calls that are only asked for, too', () => {
  const book = new UsageBook({})
  const first = book.begin(CALL)
  first.reserve({ rates: [RATE], spend: [] })
  book.begin(CALL).reserve({ rates: [RATE], spend: [] })
  const third = book.begin(CALL)
  assert.throws(() => third.reserve({ rates: [RATE], spend: [] }), { code: 'RATE_LIMITED' })
  third.end()
  first.end()
  book.begin(CALL).reserve({ rates: [RATE], spend: [] })
})

test('a rate is that of the operation and of the principal', () => {
  const ledger = new UsageReceipts({})
  ledger.dispatch('a', SALES)
  ledger.dispatch('b', SALES)
  const refused = (call: typeof CALL) => {
    try {
      ledger.book.begin(call).reserve({ rates: [RATE], spend: [] })
      return false
    } catch {
      return true
    }
  }
  assert.deepEqual(
    [
      refused(CALL),
      refused({ ...CALL, operation: 'crm.write' }),
      refused({ ...CALL, principal: 'agent research' }),
      refused({ ...CALL, now: NOON + 60_000 }),
    ],
    [true, false, false, false],
  )
})

test('what is held is not there for others, and comes back when it is released', () => {
  const { book } = new UsageReceipts({ llm: { ...PURSE, limit: 0.15 } })
  const first = book.begin(CALL)
  first.reserve({ rates: [], spend: tenth })
  assert.deepEqual(first.reserved, tenth)
  const { budget, usage } = book.peek({ ...CALL, principal: 'agent research' })
  assert.deepEqual(budget.llm, {
    ...{ limit: 0.15, spent: 0, reserved: 0.1, remaining: 0.05, unit: 'USD' },
  })
  assert.deepEqual(usage.spent_last_day, { llm: 0 })
  const second = book.begin(CALL)
  assert.throws(() => second.reserve({ rates: [], spend: tenth }), { code: 'BUDGET_EXCEEDED' })
  first.end()
  second.reserve({ rates: [], spend: tenth })
})

test('two demands on one budget are one sum, and all is held or nothing', () => {
  const { book } = new UsageReceipts({ llm: { ...PURSE, limit: 0.15 }, mail: PURSE })
  const call = book.begin(CALL)
  const twice = [{ budget: 'mail', amount: 1 }, ...tenth, ...tenth]
  assert.throws(() => call.reserve({ rates: [], spend: twice }), { code: 'BUDGET_EXCEEDED' })
  assert.deepEqual(call.reserved, [])
  assert.equal(book.balance('mail', 'agent sales', NOON).reserved, 0)
})

test('a budget that nobody declared is refused, and so is no amount', () => {
  const { book } = new UsageReceipts({ llm: PURSE })
  const spending = (budget: string, amount: number) => () =>
    book.begin(CALL).reserve({ rates: [], spend: [{ budget, amount }] })
  assert.throws(spending('lmm', 1), { code: 'BUDGET_UNKNOWN' })
  assert.throws(spending('constructor', 1), { code: 'BUDGET_UNKNOWN' })
  assert.throws(spending('llm', -1), { code: 'OBLIGATION_INVALID' })
})

test('of a budget for each agent, one takes nothing from another', () => {
  const ledger = new UsageReceipts({ llm: { ...PURSE, perAgent: true } })
  ledger.dispatch('a', { ...SALES, spend: [{ budget: 'llm', amount: 9 }] })
  ledger.settle('a', { ...SALES, spend: [{ budget: 'llm', amount: 8 }] })
  assert.equal(ledger.book.balance('llm', 'agent sales', NOON).remaining, 2)
  assert.equal(ledger.book.balance('llm', 'agent research', NOON).remaining, 10)
  assert.deepEqual(ledger.book.spenders('llm'), ['agent sales'])
})

test('what was spent is free again after the period and not before', () => {
  const ledger = new UsageReceipts({ llm: PURSE })
  ledger.dispatch('a', { ...SALES, spend: [{ budget: 'llm', amount: 4 }] })
  ledger.settle('a', { agent: 'sales', now: NOON + 10, spend: [{ budget: 'llm', amount: 4 }] })
  const spentAt = (now: number) => ledger.book.balance('llm', '', now).spent
  assert.deepEqual([spentAt(NOON + 3_600_009), spentAt(NOON + 3_600_010)], [4, 0])
})

test('a reset empties the budget, or the share of one agent, and no other', () => {
  const ledger = new UsageReceipts({ llm: { ...PURSE, perAgent: true }, mail: PURSE })
  for (const agent of ['sales', 'research']) {
    const spend = ['llm', 'mail'].map((budget) => ({ budget, amount: 1 }))
    ledger.dispatch(agent, { ...SALES, agent, spend })
    ledger.settle(agent, { agent, now: NOON, spend })
  }
  const spent = () =>
    ['agent sales', 'agent research'].map((who) => ledger.book.balance('llm', who, NOON).spent)
  ledger.reset('llm', NOON, 'agent sales')
  assert.deepEqual(spent(), [0, 1])
  ledger.reset('llm', NOON)
  assert.deepEqual(spent(), [0, 0])
  assert.equal(ledger.book.balance('mail', '', NOON).spent, 2)
})

test('an agent that makes up operations is counted all the same, in bounded memory', () => {
  const ledger = new UsageReceipts({})
  for (let n = 0; n <= MAX_COUNTED_OPERATIONS + 5; n++) {
    ledger.dispatch(`d${n}`, { ...SALES, operation: `made.up_${n}` })
    ledger.settle(`d${n}`, SALES)
  }
  assert.ok([...ledger.book.changes().sums].length <= MAX_COUNTED_OPERATIONS + 2)
  const fresh = ledger.book.peek({ ...CALL, operation: 'made.up_again' }).usage
  assert.ok(fresh.operation.calls_last_minute > 5, 'new names share one count')
})

test('after a missed receipt nothing is counted, and so everything is refused', () => {
  const ledger = new UsageReceipts({})
  ledger.dispatch('a', SALES)
  const [first] = ledger.all
  const later = { ...(first ?? assert.fail()), seq: 5 }
  assert.throws(() => ledger.book.apply(later), { code: 'USAGE_UNAVAILABLE' })
  assert.throws(() => ledger.book.begin(CALL), { code: 'USAGE_UNAVAILABLE' })
})

test('whoever acts last in the chain is who is counted', () => {
  const human = { kind: 'human', id: 'ada', via: 'bearer-jwt' } as const
  const agent = { kind: 'agent', id: 'sales', via: 'bearer-jwt' } as const
  assert.equal(accountHolder([human, agent]), 'agent sales')
  assert.equal(accountHolder([]), '')
})
