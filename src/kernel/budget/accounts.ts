import { PortcullisError } from '../errors.ts'
import { amountOf, limitMicrosOf, microsOf } from './amount.ts'
import type { Balance, Budget, Spending } from './budget.ts'
import { SumNames, type SumTable, sumName } from './sum-table.ts'

/** Who spends so much of which budgets. */
export interface Expense {
  readonly principal: string
  readonly spend: readonly Spending[]
}

/** The last `windowMs` before `now`, of one holder or of all. */
export interface Span {
  readonly holder?: string
  readonly now: number
  readonly windowMs: number
}

/**
 * What was spent of each budget, by all and by each principal, and what is held for actions under
 * way. Receipts may name budgets that are no longer declared: those are kept all the same.
 */
export class Accounts {
  readonly #sums: SumTable
  readonly #budgets: ReadonlyMap<string, Budget>
  readonly #names = new SumNames('spent')
  /** Millionths by account. */
  readonly #held = new Map<string, number>()

  constructor(sums: SumTable, budgets: Readonly<Record<string, Budget>>) {
    this.#sums = sums
    this.#budgets = new Map(Object.entries(budgets))
  }

  /**
   * Does every budget hold as much?
   * @throws PortcullisError `BUDGET_UNKNOWN`, `BUDGET_EXCEEDED`, `OBLIGATION_INVALID`.
   */
  check({ principal, spend }: Expense, now: number): void {
    const wanted = new Map<string, number>()
    for (const { budget, amount } of spend) {
      wanted.set(budget, (wanted.get(budget) ?? 0) + microsOf(amount))
    }
    for (const [name, micros] of wanted) {
      const { limit, spent, held } = this.#stand(name, principal, now)
      if (spent + held + micros <= limit) continue
      throw new PortcullisError('BUDGET_EXCEEDED', `the budget \`${name}\` does not hold as much`)
    }
  }

  hold(expense: Expense): void {
    this.#each(expense, (account, micros) => this.#holdMore(account, micros))
  }

  release(expense: Expense): void {
    this.#each(expense, (account, micros) => this.#holdMore(account, -micros))
  }

  spent(expense: Expense, now: number): void {
    this.#each(expense, (account, micros) => this.#sums.add(account, now, micros))
  }

  /** Forgets what was spent of a budget by everybody, or by one principal alone. */
  reset(name: string, principal?: string): void {
    const accounts = [...this.#sums.names()].filter(
      ([kind, budget, who]) =>
        kind === 'spent' && budget === name && (principal === undefined || who === principal),
    )
    for (const parts of accounts) this.#sums.clear(sumName(...parts))
  }

  /** How a declared budget stands, for this principal where each has its own. */
  balance(name: string, principal: string, now: number): Balance {
    const { limit, spent, held } = this.#stand(name, principal, now)
    const remaining = Math.max(0, limit - spent - held)
    return {
      limit: amountOf(limit),
      spent: amountOf(spent),
      reserved: amountOf(held),
      remaining: amountOf(remaining),
    }
  }

  /** What this principal itself spent or holds, of any budget. */
  own(name: string, span: Span): number {
    const { spent, held } = this.#within(name, span)
    return amountOf(spent + held)
  }

  /** What was spent and is held of any budget, by one principal or by all together. */
  tally(name: string, span: Span): Pick<Balance, 'spent' | 'reserved'> {
    const { spent, held } = this.#within(name, span)
    return { spent: amountOf(spent), reserved: amountOf(held) }
  }

  /** Who has ever spent of a budget. */
  spenders(name: string): readonly string[] {
    return [...this.#sums.names()].flatMap(([kind, budget, who]) =>
      kind === 'spent' && budget === name && who !== undefined ? [who] : [],
    )
  }

  #stand(name: string, principal: string, now: number) {
    const budget = this.#budgets.get(name)
    if (budget === undefined) {
      throw new PortcullisError('BUDGET_UNKNOWN', `no budget \`${name}\` is declared`)
    }
    const span = { now, windowMs: budget.perMs, ...(budget.perAgent && { holder: principal }) }
    return { limit: limitMicrosOf(budget.limit), ...this.#within(name, span) }
  }

  #within(name: string, { holder, now, windowMs }: Span) {
    const account = this.#names.of(name, holder)
    return { spent: this.#sums.over(account, now, windowMs), held: this.#held.get(account) ?? 0 }
  }

  #each({ principal, spend }: Expense, use: (account: string, micros: number) => void): void {
    for (const { budget, amount } of spend) {
      const micros = microsOf(amount)
      use(this.#names.of(budget), micros)
      use(this.#names.of(budget, principal), micros)
    }
  }

  #holdMore(account: string, micros: number): void {
    const held = (this.#held.get(account) ?? 0) + micros
    if (held > 0) this.#held.set(account, held)
    else this.#held.delete(account)
  }
}
