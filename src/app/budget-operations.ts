import type { BudgetList, BudgetReset, BudgetStatus } from '../contract/budgets.ts'
import { amountOf, microsOf } from '../kernel/budget/amount.ts'
import { resetDetail, type UsageBook } from '../kernel/budget/usage-book.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { EventBy } from '../kernel/receipt/event-draft.ts'
import { recordEvent } from './record-event.ts'
import type { TenantParts } from './tenant/open-tenant.ts'

/** What operators may do with budgets. */
export interface BudgetOperations {
  budgets(): BudgetList
  resetBudget(name: string, request: BudgetReset): Promise<BudgetStatus>
}

type Needed = Pick<TenantParts, 'config' | 'ports' | 'usage'>

export function budgetOperations({ config, ports, usage }: Needed, by: EventBy): BudgetOperations {
  const status = (name: string) => budgetStatus(name, { config, usage, now: ports.clock.now() })
  return {
    budgets: () => ({ budgets: Object.keys(config.budgets).map(status) }),
    async resetBudget(name, { agent }) {
      const { perAgent } = declared(name, config)
      if (agent !== undefined && !Object.hasOwn(config.agents, agent)) {
        throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${agent}\` is declared`)
      }
      if (agent !== undefined && !perAgent) {
        throw new PortcullisError('REQUEST_INVALID', `all agents share the budget \`${name}\``)
      }
      const holder = agent === undefined ? undefined : holderOf(agent)
      // The counts are read off the receipts: once this one is durable, the budget is empty.
      const detail = resetDetail(name, holder)
      await recordEvent(ports, { name: 'budget.reset', detail }, by)
      return status(name)
    },
  }
}

interface Standing {
  readonly config: Needed['config']
  readonly usage: UsageBook
  readonly now: number
}

function budgetStatus(name: string, { config, usage, now }: Standing): BudgetStatus {
  const { limit, perMs, unit, perAgent } = declared(name, config)
  const owners = perAgent ? Object.keys(config.agents).map(holderOf) : []
  const holders = [...new Set([...owners, ...usage.spenders(name)])].sort()
  const remaining = (holder: string) => ({
    remaining: usage.balance(name, holder, now).remaining,
  })
  const span = { now, windowMs: perMs }
  const agents = holders.map((holder) => ({
    agent: agentOf(holder),
    ...usage.tally(name, { holder, ...span }),
    ...(perAgent ? remaining(holder) : {}),
  }))
  // Where each has its own, one may have been reset alone.
  const all = perAgent ? together(agents) : { ...usage.tally(name, span), ...remaining('') }
  return { name, unit, limit, perMs, perAgent, all, agents }
}

function together(agents: BudgetStatus['agents']): BudgetStatus['all'] {
  const sum = (amounts: readonly number[]) =>
    amountOf(amounts.reduce((micros, amount) => micros + microsOf(amount), 0))
  return {
    spent: sum(agents.map(({ spent }) => spent)),
    reserved: sum(agents.map(({ reserved }) => reserved)),
  }
}

function declared(name: string, { budgets }: Needed['config']) {
  const budget = Object.hasOwn(budgets, name) ? budgets[name] : undefined
  if (budget !== undefined) return budget
  throw new PortcullisError('BUDGET_UNKNOWN', `no budget \`${name}\` is declared`)
}

const AGENT = 'agent '

function holderOf(agent: string): string {
  return `${AGENT}${agent}`
}

/** What is no agent keeps its kind before its name. */
function agentOf(holder: string): string {
  return holder.startsWith(AGENT) ? holder.slice(AGENT.length) : holder
}
