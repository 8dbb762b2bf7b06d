import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, DENIED, inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import { demanding } from '../../test/support/obligations.ts'
import { PURSE } from '../../test/support/usage-receipts.ts'
import type { ErrorCode } from '../kernel/errors.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { Assured } from '../kernel/obligations/assurance.ts'
import type { Obligation } from '../kernel/obligations/obligation.ts'
import { createGate } from './gate.ts'
import { guard } from './guard.ts'
import type { GuardRequest, Ports } from './ports.ts'

const request = (args: JsonObject = { card: '4111111111111111' }): GuardRequest => ({
  action: { kind: 'tool.call', server: 'shop', tool: 'pay', args },
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
})

const NOW = 1_700_000_000_000
const SPEND = { kind: 'spend', budget: 'llm', amount: 4 } as const
const RATE = { kind: 'rate_limit', calls: 2, perMs: 60_000 } as const
const BUDGETS = { llm: PURSE }

const UNMET: readonly [obligation: Obligation, assured: Partial<Assured>, code: ErrorCode][] = [
  [{ kind: 'sandbox_tier', tier: 'gvisor' }, { tier: 'container' }, 'SANDBOX_TOO_WEAK'],
  [{ kind: 'finality', finality: 'witnessed' }, {}, 'FINALITY_UNAVAILABLE'],
  [{ kind: 'step_up', method: 'mfa', withinMs: 1_000 }, {}, 'STEP_UP_REQUIRED'],
  [{ kind: 'declared', name: 'differential_privacy' }, {}, 'OBLIGATION_UNFULFILLED'],
  [{ kind: 'spend', budget: 'lmm', amount: 1 }, {}, 'BUDGET_UNKNOWN'],
  [{ kind: 'spend', budget: 'llm', amount: 11 }, {}, 'BUDGET_EXCEEDED'],
  [{ kind: 'rate_limit', calls: 0, perMs: 1_000 }, {}, 'RATE_LIMITED'],
]

for (const [obligation, assured, code] of UNMET) {
  test(`${obligation.kind} that is not fulfilled refuses with ${code} in a receipt`, async () => {
    const decision = demanding(ALLOWED, SPEND, obligation)
    const ports = inMemoryPorts({ decision, assured, budgets: BUDGETS })
    const outcome = await guard(request(), ports)
    assert.deepEqual(outcome, { kind: 'refused', code, receipt: 'r0' })
    assert.deepEqual(ports.received, [])
    const [receipt, ...more] = ports.receipts
    assert.deepEqual(more, [])
    assert.deepEqual(
      [receipt?.kind, receipt?.decision?.effect, receipt?.code, receipt?.effect, receipt?.spend],
      ['decision', 'allow_with_conditions', code, undefined, undefined],
    )
    const { spent, reserved } = ports.usage.balance('llm', 'agent sales', NOW)
    assert.deepEqual([spent, reserved], [0, 0], 'nothing is held for a refused action')
  })
}

test('what is proved, fulfilled and within its limits goes on', async () => {
  const assured: Partial<Assured> = {
    ...{ tier: 'vm', finality: 'witnessed', fulfils: ['differential_privacy', 'log_level=info'] },
    stepUps: [{ method: 'mfa', at: NOW - 1_000 }],
  }
  const decision = demanding(
    ALLOWED,
    ...UNMET.slice(0, 4).map(([obligation]) => obligation),
    { kind: 'declared', name: 'log_level', value: 'info' },
    SPEND,
    RATE,
  )
  const ports = inMemoryPorts({ decision, assured, budgets: BUDGETS })
  assert.equal((await guard(request(), ports)).kind, 'done')
})

const WITNESSED = { kind: 'finality', finality: 'witnessed' } as const
const DURABLE = { kind: 'finality', finality: 'durable' } as const

test('an action that has to be witnessed waits between its receipt and its effect', async () => {
  const assured: Partial<Assured> = { finality: 'witnessed' }
  const steps = async (obligation: Obligation) => {
    const ports = inMemoryPorts({ decision: demanding(ALLOWED, obligation), assured })
    assert.equal((await guard(request(), ports)).kind, 'done')
    return ports.steps.join()
  }
  const [before, after] = ['identify,decide,append decision', 'execute,append effect']
  assert.equal(await steps(WITNESSED), `${before},await witnesses,${after}`)
  assert.equal(await steps(DURABLE), `${before},${after}`)
})

for (const code of ['FINALITY_TIMEOUT', 'FINALITY_BLOCKED', 'FINALITY_UNAVAILABLE'] as const) {
  test(`after ${code} nothing is carried out or spent, and a receipt says so`, async () => {
    const decision = demanding(ALLOWED, SPEND, WITNESSED)
    const assured: Partial<Assured> = { finality: 'witnessed' }
    const ports = inMemoryPorts({ decision, assured, budgets: BUDGETS })
    const finality = { witnessed: () => Promise.reject(new PortcullisError(code, 'no')) }
    const outcome = await guard(request(), { ...ports, finality })
    assert.deepEqual(outcome, { kind: 'failed', code, receipt: 'r0' })
    assert.deepEqual(ports.received, [])
    assert.deepEqual(ports.receipts[1]?.effect, { state: 'failed', of: 'r0' })
    assert.equal(ports.receipts[1]?.code, code)
    assert.equal(ports.usage.balance('llm', '', NOW).remaining, 10)
  })
}

test('what is held before the effect is spent after it, and both receipts say so', async () => {
  const ports = inMemoryPorts({ decision: demanding(ALLOWED, SPEND), budgets: BUDGETS })
  const before: number[] = []
  const connector = {
    async execute() {
      before.push(ports.usage.balance('llm', '', NOW).reserved)
      return {}
    },
  }
  await guard(request(), { ...ports, connector })
  const spend = [{ budget: 'llm', amount: 4 }]
  assert.deepEqual(before, [4])
  assert.deepEqual(
    ports.receipts.map((receipt) => receipt.spend),
    [spend, spend],
  )
  const { spent, reserved } = ports.usage.balance('llm', '', NOW)
  assert.deepEqual([spent, reserved], [4, 0])
})

const AFTER: readonly [code: ErrorCode, state: string, spent: number][] = [
  ['UPSTREAM_UNKNOWN', 'failed', 0],
  ['UPSTREAM_REFUSED', 'failed', 4],
  ['UPSTREAM_TIMEOUT', 'unknown', 4],
  ['INTERNAL', 'unknown', 4],
]

for (const [code, state, spent] of AFTER) {
  test(`after ${code} the effect is ${state} and ${spent} of 4 are spent`, async () => {
    const ports = inMemoryPorts({ decision: demanding(ALLOWED, SPEND), budgets: BUDGETS })
    const connector = { execute: () => Promise.reject(new PortcullisError(code, 'no')) }
    await guard(request(), { ...ports, connector })
    assert.equal(ports.receipts[1]?.effect?.state, state)
    assert.equal(ports.usage.balance('llm', '', NOW).spent, spent)
    assert.equal(ports.usage.balance('llm', '', NOW).reserved, 0)
  })
}

test('arguments that cannot be brought into form cost nothing: nobody was reached', async () => {
  const mask = { kind: 'mask', fields: ['args.a.a.a.a.card'], keep: 4 } as const
  const decision = demanding(ALLOWED, SPEND, mask)
  const ports = inMemoryPorts({ decision, budgets: BUDGETS })
  let value: JsonObject = { card: '4111' }
  for (let n = 0; n < 4; n++) value = { a: JSON.stringify(value) }
  const outcome = await guard(request(value), ports)
  assert.equal(outcome.kind === 'failed' && outcome.code, 'OBLIGATION_FAILED')
  assert.deepEqual(ports.received, [])
  assert.equal(ports.usage.balance('llm', '', NOW).remaining, 10)
})

test('a decision that cannot be recorded holds nothing and counts for nothing', async () => {
  const ports = inMemoryPorts({ decision: demanding(ALLOWED, SPEND), budgets: BUDGETS })
  const ledger = { append: () => Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'no')) }
  const outcome = await guard(request(), { ...ports, ledger })
  assert.deepEqual(outcome, { kind: 'refused', code: 'LEDGER_UNAVAILABLE' })
  const call = { principal: 'agent sales', operation: 'shop.pay', now: NOW }
  const { usage, budget } = ports.usage.peek(call)
  assert.deepEqual([usage.calls_last_minute, usage.calls_in_flight], [1, 1])
  assert.equal(budget.llm?.remaining, 10)
})

test('counts that may miss something refuse every action', async () => {
  const ports = inMemoryPorts()
  const broken = () => {
    throw new PortcullisError('USAGE_UNAVAILABLE', 'a receipt was missed')
  }
  const outcome = await guard(request(), { ...ports, usage: { begin: broken, peek: broken } })
  assert.deepEqual(outcome, { kind: 'refused', code: 'USAGE_UNAVAILABLE', receipt: 'r0' })
  assert.deepEqual(ports.received, [])
})

test('policies read what was used, with the call at hand', async () => {
  const ports = inMemoryPorts({ decision: demanding(ALLOWED, SPEND), budgets: BUDGETS })
  const seen: unknown[] = []
  const policies: Ports['policies'] = {
    current: () => ({
      ...ports.policies.current(),
      decide(asked) {
        const { usage, budget } = asked.attributes
        seen.push(usage, budget)
        return demanding(ALLOWED, SPEND)
      },
    }),
  }
  await guard(request(), { ...ports, policies })
  await guard(request(), { ...ports, policies })
  const counts = { calls_last_minute: 2, calls_last_hour: 2, calls_last_day: 2 }
  assert.partialDeepStrictEqual(seen[2], {
    ...counts,
    ...{ calls_in_flight: 1, operation: counts, spent_last_day: { llm: 4 } },
  })
  assert.deepEqual(seen[3], {
    llm: { limit: 10, spent: 4, reserved: 0, remaining: 6, unit: 'USD' },
  })
})

test('looking at what may be done counts for nothing', async () => {
  const ports = inMemoryPorts({ budgets: BUDGETS })
  const gate = createGate(ports)
  const { action, channel } = request()
  gate.visible(SALES, Array.from({ length: 50 }).fill(action) as (typeof action)[], channel)
  const call = { principal: 'agent sales', operation: 'shop.pay', now: NOW }
  assert.equal(ports.usage.peek(call).usage.calls_last_minute, 1)
})

test('in any order of the rules, patterns go before masks and bytes are counted last', async () => {
  const card = '4111111111111111'
  const rows = Array.from({ length: 50 }, () => ({ card, note: `pay with ${card}` }))
  const obligations: readonly Obligation[] = [
    { kind: 'max_bytes', bytes: 400 },
    { kind: 'max_rows', rows: 2 },
    { kind: 'mask', fields: ['result.rows.*.card', 'args.card'], keep: 4 },
    { kind: 'redact', fields: [], patterns: ['payment_card'] },
  ]
  for (const order of [obligations, obligations.toReversed()]) {
    const decision = demanding(ALLOWED, ...order)
    const ports = inMemoryPorts({ decision, answer: { structuredContent: { rows } } })
    const outcome = await guard(request(), ports)
    const row = { card: `${'*'.repeat(19)}ard]`, note: 'pay with [redacted:payment_card]' }
    assert.ok(outcome.kind === 'done')
    assert.deepEqual(outcome.result.structuredContent, { rows: [row, row] })
    assert.doesNotMatch(JSON.stringify([outcome, ports.received]), /1111/)
  }
})

test('a result that is too large is withheld; the effect is confirmed and paid', async () => {
  const decision = demanding(ALLOWED, SPEND, { kind: 'max_bytes', bytes: 20 })
  const answer = { structuredContent: { text: 'x'.repeat(20) } }
  const ports = inMemoryPorts({ decision, answer, budgets: BUDGETS })
  const outcome = await guard(request(), ports)
  assert.deepEqual(outcome, { kind: 'failed', code: 'RESULT_TOO_LARGE', receipt: 'r0' })
  assert.equal(ports.receipts[1]?.effect?.state, 'confirmed')
  assert.equal(ports.usage.balance('llm', '', NOW).spent, 4)
})

test('a detailed trail tells rules considered and places, and no value', async () => {
  const detailed = demanding(ALLOWED, { kind: 'audit_trail', detail: 'detailed' })
  const [rule] = ALLOWED.determining
  const decision = { ...detailed, nearMisses: rule === undefined ? [] : [{ ...rule, line: 9 }] }
  const answer = { structuredContent: { rows: [{ id: 'secret' }] } }
  const ports = inMemoryPorts({ decision, answer })
  await guard(request(), ports)
  assert.deepEqual(
    ports.receipts.map(({ detail }) => detail),
    [
      { considered: ['policies/crm.policy:9 allow'] },
      { paths: ['args.card', 'result.structuredContent.rows.*.id'] },
    ],
  )
  assert.doesNotMatch(JSON.stringify(ports.receipts), /secret|4111/)
  const basic = inMemoryPorts({
    decision: demanding(ALLOWED, { kind: 'audit_trail', detail: 'basic' }),
  })
  await guard(request(), basic)
  assert.ok(basic.receipts.every(({ detail }) => detail === undefined))
})

test('what audit rules want noted stands in the receipt, of a denied action too', async () => {
  const [source] = DENIED.determining
  const noted = { name: 'audit_trail', value: 'detailed', source: source ?? assert.fail() } as const
  const decision = { ...DENIED, audits: [noted], nearMisses: [noted.source] }
  const ports = inMemoryPorts({ decision })
  await guard(request(), ports)
  assert.deepEqual(ports.receipts[0]?.decision?.audits, [
    'audit_trail = "detailed" policies/crm.policy:3',
  ])
  assert.deepEqual(ports.receipts[0]?.detail, { considered: ['policies/crm.policy:3 deny'] })
})

test('a value to be taken out that names the target is not passed on', async () => {
  const decision = demanding(ALLOWED, { kind: 'redact', fields: [], patterns: ['email'] })
  const key = 'ada@example.org'
  const read = { kind: 'memory.read', namespace: 'CRM', key, limit: 1 } as const
  const ports = inMemoryPorts({ decision })
  const outcome = await guard({ ...request(), action: read }, ports)
  assert.deepEqual(outcome, { kind: 'failed', code: 'OBLIGATION_FAILED', receipt: 'r0' })
  const write = { kind: 'memory.write', namespace: 'CRM', key: 'c1', value: { to: key } } as const
  await guard({ ...request(), action: write }, ports)
  assert.deepEqual(ports.received, [{ ...write, value: { to: '[redacted:email]' } }])
})
