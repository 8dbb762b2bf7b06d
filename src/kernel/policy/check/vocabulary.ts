import type { Approval } from '../../approvals/approval.ts'
import type { Pattern } from '../language/pattern.ts'
import type { Source } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import type { Orders } from './orders.ts'
import type { RecordOf } from './types.ts'

/** What the policies of one set may name, as all its files declare it together. */
export interface Vocabulary {
  readonly orders: Orders
  readonly operationClasses: ReadonlyMap<string, NamedClass>
  readonly resourceClasses: ReadonlyMap<string, NamedClass>
  readonly approvals: ReadonlyMap<string, Approval>
  readonly obligations: ReadonlyMap<string, ObligationSpec>
  /** Types of the roots that have one. */
  readonly types: ReadonlyMap<string, RecordOf>
  /** Declared operations, and what their arguments hold where that is declared too. */
  readonly operations: ReadonlyMap<string, RecordOf | undefined>
}

/** Members, or a condition, or both: then what is a member and meets the condition. */
export interface NamedClass {
  readonly name: string
  readonly members?: readonly Pattern[]
  readonly condition?: Conjunct
}

/** A further condition on a rule, which stands elsewhere than its guard. */
export interface Conjunct {
  readonly source: Source
  readonly node: Expression
  /** What it comes from, for explaining: `class slow`, `for agents("sales")`. */
  readonly from: string
}

/** Without `values` it takes none, or any; with them one of these, the strictest last. */
export interface ObligationSpec {
  readonly values?: readonly (string | number | boolean)[]
}
