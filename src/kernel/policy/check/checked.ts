import type { Approval } from '../../approvals/approval.ts'
import type { Obligation } from '../../obligations/obligation.ts'
import type { Pattern } from '../language/pattern.ts'
import type { Source, Span } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import type { Orders } from './orders.ts'
import type { Conjunct } from './vocabulary.ts'

/** A policy set that may be compiled: names resolved, obligations known, conditions sound. */
export interface CheckedSet {
  readonly orders: Orders
  readonly policies: readonly CheckedPolicy[]
}

export interface CheckedPolicy {
  readonly source: Source
  readonly name: string
  /** Evaluated and reported, and without a say. */
  readonly observed: boolean
  readonly rules: readonly CheckedRule[]
}

export type CheckedRule = CheckedTargetRule | CheckedRequirement | CheckedAudit

interface Common extends Span {
  readonly guard: Expression | undefined
  /** The sentence of its `@reason`, or of its policy's. */
  readonly says: string | undefined
}

export interface CheckedTargetRule extends Common {
  readonly kind: 'allow' | 'deny'
  readonly heads: readonly Head[]
}

export interface CheckedRequirement extends Common {
  readonly kind: 'require'
  /** Absent: binds the allows of its own policy. */
  readonly heads: readonly Head[] | undefined
  readonly predicates: readonly Expression[]
  readonly obligations: readonly CheckedObligation[]
  readonly approvals: readonly CheckedApproval[]
}

export interface CheckedAudit extends Common {
  readonly kind: 'audit'
  readonly heads: readonly Head[]
  readonly notes: readonly CheckedNote[]
}

export interface CheckedObligation {
  readonly at: Span
  readonly obligation: Obligation
  /** How demands of one kind combine; absent where all of them hold side by side. */
  readonly strictness?: Strictness
}

/** Of demands of one group the one of the highest rank holds; without ranks they have to agree. */
export interface Strictness {
  readonly group: string
  readonly rank?: number
}

export interface CheckedApproval {
  readonly at: Span
  readonly approval: Approval
}

/** What an `audit` rule wants in the receipt. */
export interface CheckedNote {
  readonly at: Span
  readonly name: string
  readonly value: string | number | boolean
}

/** What a rule is about: operations, resources of them, and what more has to hold of both. */
export interface Head extends Span {
  readonly operation: Pattern
  readonly resource: Pattern
  /** Of classes and attachments. Like a guard: an unknown one never opens anything. */
  readonly conditions: readonly Conjunct[]
}
