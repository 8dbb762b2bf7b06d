import { Command } from 'commander'
import type { BudgetStatus } from '../client/admin-client.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { durationText } from './duration-text.ts'
import { table } from './table.ts'

/** `portcullis budget …`: list, show, reset. */
export function budgetCommand(): Command {
  return new Command('budget')
    .description('see what agents have spent, and reset budgets')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(resetCommand())
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'say how every budget stands',
      examples: ['portcullis budget list', 'portcullis budget list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).budgets()
      const none = list.budgets.length === 0
      return { json: list, text: none ? 'no budgets are declared' : overview(list.budgets) }
    }),
  )
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <name>',
      summary: 'say how one budget stands, agent by agent',
      examples: ['portcullis budget show llm'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const { budgets } = await runtimeOf(options).budgets()
      const budget = budgets.find((each) => each.name === name)
      if (budget === undefined) {
        throw new PortcullisError('BUDGET_UNKNOWN', `no budget \`${name}\` is declared`)
      }
      return { json: budget, text: inFull(budget) }
    }),
  )
}

interface ResetOptions extends ConfigOptions {
  readonly agent?: string
}

function resetCommand(): Command {
  return withTenant(
    command({
      name: 'reset <name>',
      summary: 'forget what was spent of a budget; leaves a receipt',
      examples: ['portcullis budget reset llm', 'portcullis budget reset llm --agent sales'],
    }),
  )
    .option('--agent <name>', 'only what this agent spent, where each has its own limit')
    .action((name: string, options: ResetOptions) =>
      answer(options.json, async () => {
        const { agent } = options
        const budget = await runtimeOf(options).resetBudget(
          name,
          agent === undefined ? {} : { agent },
        )
        return { json: budget, text: inFull(budget) }
      }),
    )
}

function overview(budgets: readonly BudgetStatus[]): string {
  const rows = budgets.map(({ name, unit, limit, perMs, perAgent, all }) => [
    name,
    `${limit} ${unit} in ${durationText(perMs)}`,
    perAgent ? 'each agent' : 'all agents',
    String(all.spent),
    String(all.reserved),
    all.remaining === undefined ? '' : String(all.remaining),
  ])
  return table([['NAME', 'LIMIT', 'OF', 'SPENT', 'RESERVED', 'REMAINING'], ...rows])
}

function inFull(budget: BudgetStatus): string {
  if (budget.agents.length === 0) return overview([budget])
  const rows = budget.agents.map(({ agent, spent, reserved, remaining }) => [
    ...[agent, String(spent), String(reserved)],
    remaining === undefined ? '' : String(remaining),
  ])
  return `${overview([budget])}\n\n${table([['AGENT', 'SPENT', 'RESERVED', 'REMAINING'], ...rows])}`
}
