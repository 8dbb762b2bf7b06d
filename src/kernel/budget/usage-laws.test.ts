import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NOON, PURSE, UsageReceipts } from '../../../test/support/usage-receipts.ts'
import { codeOf } from '../errors.ts'
import type { Spending } from './budget.ts'
import { type CallInHand, UsageBook } from './usage-book.ts'

const LIMIT = 10
const BUDGETS = { llm: { ...PURSE, limit: LIMIT, perMs: 60_000 } }
const RATE = { kind: 'rate_limit', calls: 5, perMs: 60_000 } as const

/** What two agents, the disk and bad luck do, in any order. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('ask' as const),
      agent: fc.constantFrom('a', 'b'),
      cents: fc.integer({ min: 1, max: 600 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('record' as const), nth: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('refuse' as const), nth: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('settle' as const),
      nth: fc.nat(3),
      share: fc.constantFrom(0, 0.5, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface Asked {
  readonly id: string
  readonly agent: string
  readonly amount: number
  readonly hand: CallInHand
}

/** Plays steps against the book, and remembers what really went out and when. */
class Play {
  readonly ledger = new UsageReceipts(BUDGETS)
  readonly spent: { at: number; amount: number }[] = []
  readonly dispatched: { at: number; agent: string }[] = []
  now = NOON
  asked: Asked[] = []
  flying: Omit<Asked, 'hand'>[] = []
  #ids = 0

  take(move: Step): void {
    if (move.act === 'ask') this.#ask(move.agent, move.cents / 100)
    else if (move.act === 'record') this.#record(move.nth)
    else if (move.act === 'refuse') this.asked.splice(move.nth, 1)[0]?.hand.end()
    else if (move.act === 'settle') this.#settle(move.nth, move.share)
    else if (move.act === 'wait') this.now += move.ms
    else this.#crash()
  }

  /** All that went out and may have been paid within the last minute. */
  get owed(): number {
    const settled = this.spent.filter(({ at }) => at > this.now - 60_000)
    return [...settled, ...this.flying].reduce((sum, { amount }) => sum + amount, 0)
  }

  #ask(agent: string, amount: number): void {
    const call = { principal: `agent ${agent}`, operation: 'llm.ask', now: this.now }
    const hand = this.ledger.book.begin(call)
    try {
      hand.reserve({ rates: [RATE], spend: this.#llm(amount) })
      this.asked.push({ id: `d${this.#ids++}`, agent, amount, hand })
    } catch (error) {
      assert.match(codeOf(error), /^(RATE_LIMITED|BUDGET_EXCEEDED)$/)
      hand.end()
    }
  }

  #record(nth: number): void {
    const [asked] = this.asked.splice(nth, 1)
    if (asked === undefined) return
    const { id, agent, amount, hand } = asked
    const spend = this.#llm(amount)
    this.ledger.dispatch(id, { agent, operation: 'llm.ask', now: this.now, spend })
    hand.end()
    this.flying.push({ id, agent, amount })
    this.dispatched.push({ at: this.now, agent })
  }

  #settle(nth: number, share: number): void {
    const [done] = this.flying.splice(nth, 1)
    if (done === undefined) return
    const amount = done.amount * share
    this.ledger.settle(done.id, { agent: done.agent, now: this.now, spend: this.#llm(amount) })
    this.spent.push({ at: this.now, amount })
  }

  #crash(): void {
    this.ledger.crash(this.now)
    this.asked = []
    for (const { amount } of this.flying) this.spent.push({ at: this.now, amount })
    this.flying = []
  }

  #llm(amount: number): Spending[] {
    return [{ budget: 'llm', amount }]
  }
}

test('under any interleaving, with crashes, no budget is over-spent and no rate exceeded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const play = new Play()
      for (const move of steps) {
        play.take(move)
        assert.ok(play.owed <= LIMIT + 1e-9, `${play.owed} of ${LIMIT}`)
        for (const agent of ['a', 'b']) {
          const calls = play.dispatched.filter(
            (call) => call.agent === agent && call.at > play.now - 60_000,
          )
          assert.ok(calls.length <= RATE.calls)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('with nothing under way, exactly what was spent is gone: releases restore', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const play = new Play()
      for (const move of steps) play.take(move)
      for (const { hand } of play.asked) hand.end()
      play.asked = []
      const { spent, reserved, remaining } = play.ledger.book.balance('llm', '', play.now)
      const held = play.flying.reduce((sum, { amount }) => sum + amount, 0)
      assert.ok(Math.abs(reserved - held) < 1e-4)
      assert.ok(Math.abs(spent + held - play.owed) < 1e-4)
      assert.ok(Math.abs(remaining - (LIMIT - play.owed)) < 1e-4)
    }),
  )
})

test('a book that was kept on the way and read on is the same as one that read it all', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(100), (steps, cut) => {
      const play = new Play()
      for (const move of steps) play.take(move)
      const receipts = play.ledger.all
      const first = new UsageBook(BUDGETS)
      for (const receipt of receipts.slice(0, cut)) first.apply(receipt)
      const { applied, sums, open } = first.changes()
      const second = new UsageBook(BUDGETS, { applied, sums: [...sums], open: [...open] })
      const whole = new UsageBook(BUDGETS)
      for (const receipt of receipts) {
        second.apply(receipt)
        whole.apply(receipt)
      }
      const call = { principal: 'agent a', operation: 'llm.ask', now: play.now }
      assert.deepEqual(second.peek(call), whole.peek(call))
    }),
  )
})
