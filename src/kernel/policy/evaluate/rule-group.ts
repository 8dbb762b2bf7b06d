import type { Candidates } from './candidates.ts'
import type { CompiledAudit, CompiledRequirement, CompiledRule } from './compiled.ts'
import { type Guarded, Rows } from './rows.ts'
import type { GuardTests } from './simple-tests.ts'

/** Chooses which tests of a rule are run. */
type Choose = (tests: GuardTests) => readonly number[]

/** Rules that requests lead to together. */
export class RuleGroup {
  readonly denies: Rows<CompiledRule> | undefined
  readonly requirements: Rows<CompiledRequirement> | undefined
  readonly allows: Rows<CompiledRule> | undefined
  readonly audits: Rows<CompiledAudit> | undefined

  /** What is the same for all groups of one head; absent when there is one, in order already. */
  readonly home: object | undefined

  /** With the tests that `choose` makes of a rule's own; without it the closures decide alone. */
  constructor(rules: Candidates, home?: object, choose?: Choose) {
    this.home = home
    this.denies = rowsOf(rules.denies, choose)
    this.requirements = rowsOf(rules.requirements, choose)
    this.allows = rowsOf(rules.allows, choose)
    this.audits = rowsOf(rules.audits, choose)
  }
}

function rowsOf<T extends Guarded>(rules: readonly T[], choose?: Choose): Rows<T> | undefined {
  return rules.length === 0 ? undefined : new Rows(rules, choose)
}
