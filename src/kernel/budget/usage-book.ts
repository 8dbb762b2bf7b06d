import { codeOf, PortcullisError } from '../errors.ts'
import type { ActorLink } from '../identity/principal.ts'
import type { RateLimit } from '../obligations/obligation.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { Accounts, type Expense, type Span } from './accounts.ts'
import type { Balance, Budget, Spending } from './budget.ts'
import { type Call, CallCounts, type CallsLast, DAY_MS } from './call-counts.ts'
import { type KeptSum, SumTable } from './sum-table.ts'

export type { Call }

/** What policies read under `usage` and `budget`. The call at hand is counted. */
export type UsageFacts = {
  readonly usage: CallsLast & {
    /** Of this principal, any operation; those asked for and those that have no outcome yet. */
    readonly calls_in_flight: number
    /** Of this principal to this operation. */
    readonly operation: CallsLast
    /** What this principal spent or holds, by budget, in units. */
    readonly spent_last_day: Readonly<Record<string, number>>
  }
  readonly budget: Readonly<Record<string, Balance & { readonly unit: string }>>
}

/** What a decision asks of the counts before the action may go on. */
export interface Demands {
  readonly rates: readonly RateLimit[]
  readonly spend: readonly Spending[]
}

/** A call that is counted while nothing durable says so yet. */
export interface CallInHand {
  readonly facts: UsageFacts
  /**
   * Holds what is to be spent, all of it or nothing.
   * @throws PortcullisError `RATE_LIMITED`, `BUDGET_EXCEEDED`, `BUDGET_UNKNOWN`.
   */
  reserve(demands: Demands): void
  /** What is held for this call. */
  readonly reserved: readonly Spending[]
  /** Lets go, once: its receipt counts for it from here on, or it was refused. */
  end(): void
}

/** An action whose decision is recorded and whose outcome is not. */
export interface OpenAction extends Expense {
  readonly id: string
}

/** A book as it is kept: what the first `applied` receipts of the ledger say. */
export interface KeptBook {
  readonly applied: number
  readonly sums: Iterable<KeptSum>
  readonly open: Iterable<OpenAction>
}

/** The principal that counts and budgets are kept for: the last link of the chain, who acts. */
export function accountHolder(chain: readonly ActorLink[]): string {
  const actor = chain.at(-1)
  return actor === undefined ? '' : `${actor.kind} ${actor.id}`
}

/** The detail of the event `budget.reset`, which empties a budget. */
export function resetDetail(budget: string, holder?: string): string {
  return holder === undefined ? budget : `${budget} ${holder}`
}

/**
 * Who called what how often, and what was spent: all that the receipts of a ledger say of it, and
 * the calls that have no receipt yet. Since an action goes on only once its decision is durable,
 * nothing that happened is ever missing; whoever reads the receipts again comes to the same book.
 */
export class UsageBook {
  readonly #budgets: Readonly<Record<string, Budget>>
  readonly #sums: SumTable
  readonly #calls: CallCounts
  readonly #accounts: Accounts
  readonly #open = new Map<string, OpenAction>()
  #applied: number
  #failure: unknown

  constructor(budgets: Readonly<Record<string, Budget>>, kept: KeptBook = NOTHING) {
    this.#budgets = budgets
    this.#sums = new SumTable(kept.sums)
    this.#calls = new CallCounts(this.#sums)
    this.#accounts = new Accounts(this.#sums, budgets)
    this.#applied = kept.applied
    for (const action of kept.open) {
      this.#calls.takeOff(action.principal)
      this.#hold(action)
    }
  }

  /** Receipts that the book has read: the `seq` of the next one. */
  get applied(): number {
    return this.#applied
  }

  /**
   * Counts a call from now on, so that no other passes a limit beside it.
   * @throws PortcullisError `USAGE_UNAVAILABLE` once a receipt was missed.
   */
  begin(call: Call): CallInHand {
    this.#mustBeSound()
    const { principal, now } = call
    const letGo = this.#calls.hold(call)
    let reserved: readonly Spending[] = []
    let ended = false
    return {
      facts: this.#facts(call),
      reserve: ({ rates, spend }) => {
        this.#checkRates(call, rates)
        this.#accounts.check({ principal, spend }, now)
        this.#accounts.hold({ principal, spend })
        reserved = [...reserved, ...spend]
      },
      get reserved() {
        return reserved
      },
      end: () => {
        if (ended) return
        ended = true
        letGo()
        this.#accounts.release({ principal, spend: reserved })
      },
    }
  }

  /** What a call would find, without being counted. */
  peek(call: Call): UsageFacts {
    const letGo = this.#calls.hold(call)
    try {
      return this.#facts(call)
    } finally {
      letGo()
    }
  }

  /**
   * Reads the next receipt of the ledger, in order; one that it has read already is let be.
   * @throws whatever is wrong with it. From then on every call is refused.
   */
  apply(receipt: Receipt): void {
    if (receipt.seq < this.#applied) return
    try {
      this.#mustBeSound()
      if (receipt.seq !== this.#applied) throw unsound(`receipt ${this.#applied} was missed`)
      this.#count(receipt)
      this.#applied += 1
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /** Counts every open action as if it had cost all that is held for it. */
  spendAllOpen(now: number): void {
    for (const action of [...this.#open.values()]) {
      this.#close(action)
      this.#accounts.spent(action, now)
    }
  }

  /** How a budget stands: the one of all, or of this holder where each has its own. */
  balance(budget: string, holder: string, now: number): Balance {
    return this.#accounts.balance(budget, holder, now)
  }

  /** What was spent and is held of a budget, by one holder or by all together, in units. */
  tally(budget: string, span: Span): Pick<Balance, 'spent' | 'reserved'> {
    return this.#accounts.tally(budget, span)
  }

  spenders(budget: string): readonly string[] {
    return this.#accounts.spenders(budget)
  }

  /** What has changed since `markKept`, and every open action. */
  changes(): KeptBook {
    return { applied: this.#applied, sums: this.#sums.changes(), open: this.#open.values() }
  }

  markKept(): void {
    this.#sums.markKept()
  }

  #facts(call: Call): UsageFacts {
    const { principal, now } = call
    const names = Object.keys(this.#budgets)
    const day = { now, windowMs: DAY_MS }
    return {
      usage: {
        ...this.#calls.last(call),
        calls_in_flight: this.#calls.inFlight(principal),
        spent_last_day: Object.fromEntries(
          names.map((name) => [name, this.#accounts.own(name, { holder: principal, ...day })]),
        ),
      },
      budget: Object.fromEntries(
        names.map((name) => {
          const balance = this.#accounts.balance(name, principal, now)
          return [name, { ...balance, unit: this.#budgets[name]?.unit ?? '' }]
        }),
      ),
    }
  }

  #checkRates(call: Call, rates: readonly RateLimit[]): void {
    for (const { calls, perMs } of rates) {
      if (this.#calls.ofOperation(call, perMs) <= calls) continue
      throw new PortcullisError('RATE_LIMITED', `more than ${calls} calls in ${perMs} ms`)
    }
  }

  #count({ id, kind, ts, actor, action, effect, spend, event }: Receipt): void {
    const principal = accountHolder(actor)
    if (kind === 'decision' && effect?.state === 'dispatched') {
      this.#calls.dispatched({ principal, operation: action?.operation ?? '', now: ts })
      this.#hold({ id, principal, spend: spend ?? [] })
    } else if (kind === 'effect') {
      const open = effect?.of === undefined ? undefined : this.#open.get(effect.of)
      if (open !== undefined) this.#close(open)
      // Without a word on what it cost, as after a crash, it cost all that was held for it.
      this.#accounts.spent({ principal, spend: spend ?? open?.spend ?? [] }, ts)
    } else if (event?.name === 'budget.reset') {
      const [budget = '', ...holder] = event.detail.split(' ')
      this.#accounts.reset(budget, holder.length === 0 ? undefined : holder.join(' '))
    }
  }

  #hold(action: OpenAction): void {
    this.#open.set(action.id, action)
    this.#accounts.hold(action)
  }

  #close(action: OpenAction): void {
    this.#open.delete(action.id)
    this.#calls.land(action.principal)
    this.#accounts.release(action)
  }

  #mustBeSound(): void {
    if (this.#failure === undefined) return
    throw unsound(`an earlier receipt could not be counted (${codeOf(this.#failure)})`)
  }
}

const NOTHING: KeptBook = { applied: 0, sums: [], open: [] }

function unsound(why: string): PortcullisError {
  return new PortcullisError('USAGE_UNAVAILABLE', `what was used is not known: ${why}`)
}
