import type { Candidates } from './candidates.ts'
import type { CompiledAudit, CompiledRequirement, CompiledRule } from './compiled.ts'
import { type Guarded, type Layout, Rows } from './rows.ts'

/** Rules that requests lead to together. */
export class RuleGroup {
  readonly denies: Rows<CompiledRule> | undefined
  readonly requirements: Rows<CompiledRequirement> | undefined
  readonly allows: Rows<CompiledRule> | undefined
  readonly audits: Rows<CompiledAudit> | undefined

  /** What is the same for all groups of one head; absent when there is one, in order already. */
  readonly home: object | undefined

  constructor(rules: Candidates, home?: object, layout?: Layout) {
    this.home = home
    this.denies = rowsOf(rules.denies, layout)
    this.requirements = rowsOf(rules.requirements, layout)
    this.allows = rowsOf(rules.allows, layout)
    this.audits = rowsOf(rules.audits, layout)
  }
}

function rowsOf<T extends Guarded>(rules: readonly T[], layout?: Layout): Rows<T> | undefined {
  return rules.length === 0 ? undefined : new Rows(rules, layout)
}
