import type { Rows } from './rows.ts'

/** Rules of one head that requests lead to together. */
export interface RuleGroup {
  readonly rows: Rows
  /** Where its numbers begin there. */
  readonly begin: number
}
