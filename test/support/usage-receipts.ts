import type { Budget, Spending } from '../../src/kernel/budget/budget.ts'
import { resetDetail, UsageBook } from '../../src/kernel/budget/usage-book.ts'
import type { Receipt, ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'

export const NOON = 1_790_000_000_000

/** Ten units in an hour, shared by all. */
export const PURSE: Budget = { limit: 10, perMs: 3_600_000, unit: 'USD', perAgent: false }

type Draft = Pick<ReceiptDraft, 'kind'> & Partial<ReceiptDraft>

interface Dispatched {
  readonly agent: string
  readonly operation: string
  readonly now: number
  readonly spend?: readonly Spending[]
}

/** Receipts of one ledger, in order, each read by the book as it becomes durable. */
export class UsageReceipts {
  readonly all: Receipt[] = []
  readonly budgets: Readonly<Record<string, Budget>>
  book: UsageBook

  constructor(budgets: Readonly<Record<string, Budget>>) {
    this.budgets = budgets
    this.book = new UsageBook(budgets)
  }

  dispatch(id: string, call: Dispatched) {
    const { agent, operation, now, spend } = call
    const resource = { type: 'tool', id: operation } as const
    this.#append({
      ...{ id, ts: now, kind: 'decision', actor: actorOf(agent) },
      ...{ action: { operation, resource }, effect: { state: 'dispatched' } },
      ...(spend === undefined ? {} : { spend }),
    })
  }

  settle(of: string, outcome: { agent: string; now: number; spend?: readonly Spending[] }) {
    const { agent, now, spend } = outcome
    this.#append({
      ...{ ts: now, kind: 'effect', actor: actorOf(agent), effect: { state: 'confirmed', of } },
      ...(spend === undefined ? {} : { spend }),
    })
  }

  reset(budget: string, now: number, holder?: string) {
    const event = { name: 'budget.reset', detail: resetDetail(budget, holder) } as const
    this.#append({ ts: now, kind: 'admin', event })
  }

  /** The runtime dies: left is what the receipts say, and what recovery adds to them. */
  crash(now: number) {
    this.book = new UsageBook(this.budgets)
    for (const receipt of this.all) this.book.apply(receipt)
    const closed = new Set(this.all.map(({ effect }) => effect?.of))
    const open = this.all.filter(({ id, kind }) => kind === 'decision' && !closed.has(id))
    for (const { id, actor } of open) {
      this.#append({ ts: now, kind: 'effect', actor, effect: { state: 'unknown', of: id } })
    }
  }

  #append(draft: Draft) {
    const seq = this.all.length
    const receipt: Receipt = {
      ...{ v: 1, log: 'portcullis.example/test', seq, id: `receipt-${seq}`, ts: NOON, run: 'run' },
      ...{ actor: [], channel: { door: 'mcp', peer: 'local' } },
      ...draft,
    }
    this.all.push(receipt)
    this.book.apply(receipt)
  }
}

function actorOf(agent: string) {
  return [{ kind: 'agent', id: agent, via: 'bearer-jwt' }] as const
}
