/** A budget as the configuration declares it: `[budgets.llm]`. */
export interface Budget {
  /** In units, to the millionth. */
  readonly limit: number
  /** The limit holds for any stretch of this many milliseconds. */
  readonly perMs: number
  /** `USD`, `tokens`: for people, nothing is converted. */
  readonly unit: string
  /** Each agent has as much for itself; otherwise all share it. */
  readonly perAgent: boolean
}

/** How a budget stands, in units. */
export type Balance = {
  readonly limit: number
  /** Within the last stretch. At most 3 % too high, never too low. */
  readonly spent: number
  /** Held for actions that are under way. */
  readonly reserved: number
  readonly remaining: number
}

/** So much of a budget, in units. */
export interface Spending {
  readonly budget: string
  readonly amount: number
}
