import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { refusalDraft } from '../../test/support/sample-receipts.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import type { ReceiptDraft } from '../kernel/receipt/receipt.ts'
import { watchClock } from './clock-watch.ts'
import { guard } from './guard.ts'
import type { Ports } from './ports.ts'

const HOUR_MS = 3_600_000
const REQUEST = {
  action: { kind: 'tool.call', server: 'llm', tool: 'ask', args: {} },
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '::1', run: 's1' },
} as const
const SPENDING: Decision = {
  ...ALLOWED,
  effect: 'allow_with_conditions',
  obligations: [
    {
      obligation: { kind: 'spend', budget: 'llm', amount: 4 },
      source: { policy: 'p', rule: 'require', file: 'p.policy', line: 1, column: 1, text: '' },
    },
  ],
}
const LLM = { limit: 10, perMs: HOUR_MS, unit: 'USD', perAgent: false }

/** The real path over ports in memory, with an eye on their clock. */
function pipeline(last?: number) {
  const ports = inMemoryPorts({ decision: SPENDING, budgets: { llm: LLM } })
  const ledger = watchClock(ports.ledger, { ids: ports.ids, last })
  const watched: Ports = { ...ports, ledger }
  return { ...ports, ask: () => guard(REQUEST, watched) }
}

const told = ({ kind, event, clock }: ReceiptDraft) =>
  event === undefined ? kind : `${event.name} ${clock?.back_ms}`

test('a clock that jumps back is told of once, before the receipt that showed it', async () => {
  const { ask, receipts, time } = pipeline()
  await ask()
  time.advance(-2 * HOUR_MS)
  await ask()
  assert.deepEqual(receipts.map(told), [
    ...['decision', 'effect', `clock.jumped_back ${2 * HOUR_MS}`],
    ...['decision', 'effect'],
  ])
})

test('a clock that jumped back while nothing ran is told of at the next start', async () => {
  const { ask, receipts, time } = pipeline(handNow() + 60_000)
  await ask()
  assert.deepEqual(receipts.map(told), ['clock.jumped_back 60000', 'decision', 'effect'])
  assert.equal(receipts[0]?.ts, time.now())
})

test('setting back the clock frees no budget', async () => {
  const { ask, receipts, time } = pipeline()
  await ask()
  await ask()
  time.advance(-5 * HOUR_MS)
  const outcome = await ask()
  assert.deepEqual(
    [outcome.kind, 'code' in outcome && outcome.code],
    ['refused', 'BUDGET_EXCEEDED'],
  )
  assert.equal(receipts.at(-1)?.code, 'BUDGET_EXCEEDED')
  time.advance(3 * HOUR_MS)
  assert.equal((await ask()).kind, 'refused', 'until the clock has passed it again')
  time.advance(3 * HOUR_MS + 1)
  assert.equal((await ask()).kind, 'done')
})

test('a jump that could not be recorded is told with the next receipt', async () => {
  const kept: ReceiptDraft[] = []
  let full = false
  const ledger = watchClock(
    {
      async append(draft) {
        if (full) throw new Error('full')
        return { id: draft.id, seq: kept.push(draft) }
      },
    },
    { ids: { next: () => 'j' } },
  )
  const at = (ts: number) => ledger.append({ ...refusalDraft(`r${ts}`), ts })
  await at(100)
  full = true
  await assert.rejects(at(40))
  full = false
  await at(50)
  assert.deepEqual(kept.map(told), ['refusal', 'clock.jumped_back 50', 'refusal'])
})

function handNow(): number {
  return inMemoryPorts().time.now()
}
