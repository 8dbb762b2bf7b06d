import type { Obligation } from '../../obligations/obligation.ts'
import type { Pattern } from '../language/pattern.ts'
import type { Source, Span } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import type { Orders } from './orders.ts'

/** A policy set that may be compiled: names resolved, obligations known, conditions sound. */
export interface CheckedSet {
  readonly orders: Orders
  readonly policies: readonly CheckedPolicy[]
}

export interface CheckedPolicy {
  readonly source: Source
  readonly name: string
  readonly rules: readonly CheckedRule[]
}

export type CheckedRule = CheckedTargetRule | CheckedRequirement

export interface CheckedTargetRule extends Span {
  readonly kind: 'allow' | 'deny'
  readonly heads: readonly Head[]
  readonly guard: Expression | undefined
}

export interface CheckedRequirement extends Span {
  readonly kind: 'require'
  /** Absent: binds the allows of its own policy. */
  readonly heads: readonly Head[] | undefined
  readonly guard: Expression | undefined
  readonly predicates: readonly Expression[]
  readonly obligations: readonly CheckedObligation[]
}

export interface CheckedObligation {
  readonly at: Span
  readonly obligation: Obligation
}

/** What a rule is about: operations, and resources of them. */
export interface Head extends Span {
  readonly operation: Pattern
  readonly resource: Pattern
}
