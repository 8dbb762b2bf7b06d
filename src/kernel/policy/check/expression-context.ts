import type { Diagnostics } from '../language/diagnostics.ts'
import type { Orders } from './orders.ts'
import type { Type } from './types.ts'

/** What is known, and where to report, while a condition is checked. */
export interface ExpressionContext {
  readonly diagnostics: Diagnostics
  readonly orders: Orders
  /** Types of the roots that have one. */
  readonly types: ReadonlyMap<string, Type>
  /** What it means, here, that an optional attribute is missing. */
  readonly missing: { readonly severity: 'error' | 'warning'; readonly outcome: string }
}
