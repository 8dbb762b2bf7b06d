import type { Head } from '../check/checked.ts'
import type { Orders } from '../check/orders.ts'
import type { DemandedObligation, RuleRef } from '../decision.ts'
import type { Source } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import type { Condition } from './scope.ts'

/** Something that is evaluated on its own: a guard, or one predicate of a requirement. */
export interface Clause {
  readonly ref: RuleRef
  readonly source: Source
  readonly node: Expression
  readonly condition: Condition
  /** The orders its labels compare under, for explaining its parts one by one. */
  readonly orders: Orders
}

export interface CompiledRule {
  readonly kind: 'allow' | 'deny'
  readonly ref: RuleRef
  readonly source: Source
  readonly heads: readonly Head[]
  readonly guard: Clause | undefined
  /** The bare requirements of its policy, which bind it when it is an allow. */
  readonly requirements: readonly CompiledRequirement[]
}

export interface CompiledRequirement {
  readonly kind: 'require'
  readonly ref: RuleRef
  readonly source: Source
  /** Empty for a bare one. */
  readonly heads: readonly Head[]
  readonly guard: Clause | undefined
  readonly predicates: readonly Clause[]
  readonly obligations: readonly DemandedObligation[]
}

/** A policy set ready to decide: its allows and denies, and the requirements that bind them all. */
export interface CompiledSet {
  /** Rules of every kind, bare requirements too. */
  readonly ruleCount: number
  readonly rules: readonly CompiledRule[]
  readonly requirements: readonly CompiledRequirement[]
}
