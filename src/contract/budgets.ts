import { type Static, Type } from 'typebox'

const amounts = {
  spent: Type.Number({ description: 'Within the last stretch; at most 3 % too high.' }),
  reserved: Type.Number({ description: 'Held for actions under way.' }),
  remaining: Type.Optional(
    Type.Number({ description: 'What there is left; where this holder has a limit of its own.' }),
  ),
}

/** How a budget stands. Amounts are in its unit. */
export const BudgetStatus = Type.Object(
  {
    name: Type.String({ description: 'Name in the configuration.' }),
    unit: Type.String({ description: 'What is counted: `USD`, `tokens`.' }),
    limit: Type.Number({ description: 'What may be spent in any stretch of time.' }),
    perMs: Type.Integer({ description: 'That stretch in milliseconds.' }),
    perAgent: Type.Boolean({ description: 'Whether each agent has as much for itself.' }),
    all: Type.Object(amounts, { description: 'Of all agents together.' }),
    agents: Type.Array(Type.Object({ agent: Type.String(), ...amounts }), {
      description: 'Of those that ever spent, and of all where each has a limit of its own.',
    }),
  },
  { additionalProperties: false },
)
export type BudgetStatus = Static<typeof BudgetStatus>

export const BudgetList = Type.Object(
  { budgets: Type.Array(BudgetStatus) },
  { additionalProperties: false },
)
export type BudgetList = Static<typeof BudgetList>

export const BudgetPath = Type.Object(
  { name: Type.String({ description: 'The budget, as declared.', maxLength: 64 }) },
  { additionalProperties: false },
)
export type BudgetPath = Static<typeof BudgetPath>

export const BudgetReset = Type.Object(
  {
    agent: Type.Optional(
      Type.String({
        description: 'Only what this agent spent, where each has a limit of its own.',
        maxLength: 64,
      }),
    ),
  },
  { additionalProperties: false },
)
export type BudgetReset = Static<typeof BudgetReset>

/** Routes of the admin API about budgets. */
export const BUDGET_ROUTES = {
  budgets: {
    method: 'GET',
    url: '/v1/budgets',
    action: { operation: 'admin.budgets.list', on: 'budget', changes: false, least: 'super_admin' },
    summary: 'How every budget stands.',
    answer: BudgetList,
  },
  resetBudget: {
    method: 'POST',
    url: '/v1/budgets/:name/reset',
    action: {
      operation: 'admin.budgets.reset',
      on: 'budget',
      changes: true,
      least: 'super_admin',
      named: 'name',
    },
    summary: 'Forgets what was spent of a budget. Leaves a receipt.',
    params: BudgetPath,
    body: BudgetReset,
    answer: BudgetStatus,
  },
} as const
