import type { Head, Strictness } from '../check/checked.ts'
import type { Orders } from '../check/orders.ts'
import type { DemandedApproval, DemandedAudit, DemandedObligation, RuleRef } from '../decision.ts'
import type { Source } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import type { AttributeTable } from './attribute-table.ts'
import type { Condition } from './scope.ts'
import type { GuardTests } from './simple-tests.ts'

/** Something that is evaluated on its own: a guard, or one predicate of a requirement. */
export interface Clause {
  readonly ref: RuleRef
  readonly source: Source
  readonly node: Expression
  readonly condition: Condition
  /** The orders its labels compare under, for explaining its parts one by one. */
  readonly orders: Orders
  /** Where it comes from when it is no guard: `class \`slow\``. */
  readonly from?: string
}

interface Common {
  readonly ref: RuleRef
  readonly source: Source
  readonly heads: readonly Head[]
  /**
   * What has to hold, all of it: the conditions of the classes and attachments that the heads come
   * from, and the guard as written. None: it always applies.
   */
  readonly guards: readonly Clause[]
  /** The simple ones among the conjuncts of the guards, by the numbers of the set's table. */
  readonly tests?: GuardTests
  /** May it stand in several places that one request leads to? */
  readonly repeats?: boolean
}

export interface CompiledRule extends Common {
  readonly kind: 'allow' | 'deny'
  /** The bare requirements of its policy, which bind it when it is an allow. */
  readonly requirements: readonly CompiledRequirement[]
}

/** A bare one has no heads. */
export interface CompiledRequirement extends Common {
  readonly kind: 'require'
  readonly predicates: readonly Clause[]
  readonly demands: readonly Demand[]
  readonly approvals: readonly DemandedApproval[]
}

/** An obligation that is demanded, and how it combines with others of its kind. */
export interface Demand {
  readonly demanded: DemandedObligation
  readonly strictness: Strictness | undefined
}

export interface CompiledAudit extends Common {
  readonly kind: 'audit'
  readonly audits: readonly DemandedAudit[]
}

/** A policy set ready to decide: the rules that are enforced, and those that are only observed. */
export interface CompiledSet {
  /** Rules of every kind, bare requirements and observed ones too. */
  readonly ruleCount: number
  /** Numbers what the conditions of these rules name. */
  readonly table: AttributeTable
  readonly enforced: CompiledRules
  readonly observed: CompiledRules
}

/** The rules of one file. */
export type CompiledFile = Pick<CompiledSet, 'ruleCount' | 'enforced' | 'observed'>

export interface CompiledRules {
  readonly rules: readonly CompiledRule[]
  /** Those that bind the allows of every policy. */
  readonly requirements: readonly CompiledRequirement[]
  readonly audits: readonly CompiledAudit[]
}
