import type { RuleRef } from '../decision.ts'
import type { AttributeTable } from './attribute-table.ts'
import type { Candidates } from './candidates.ts'
import { GuardIndex } from './guard-index.ts'
import { Rows } from './rows.ts'
import type { RuleGroup } from './rule-group.ts'
import type { Trial } from './trial.ts'

/** Rules that share a head, ready to be tried on requests. */
export class Bucket {
  readonly rules: Candidates
  /** Every allow, once each: what missed when none of them holds. */
  readonly allowing: readonly RuleRef[]
  private readonly index: GuardIndex | undefined
  private readonly whole: RuleGroup | undefined

  /** With a table their guards are indexed by what it numbers; without, each is evaluated. */
  constructor(rules: Candidates, table?: AttributeTable) {
    this.rules = rules
    this.allowing = Object.freeze([...new Set(rules.allows.map(({ ref }) => ref))])
    if (table === undefined) this.whole = untested(rules)
    else this.index = new GuardIndex(rules, table)
  }

  /** Adds the groups that hold every rule whose guards are not certainly false. */
  select(trial: Trial, groups: RuleGroup[]): void {
    if (this.whole !== undefined) groups.push(this.whole)
    this.index?.select(trial, groups)
  }
}

/** All of them in one group, each of which its closures decide. */
function untested(rules: Candidates): RuleGroup {
  const rows = new Rows(rules)
  const begin = rows.add(rules)
  return { rows: rows.seal(), begin }
}

/** So many refs are kept for the next request about the same; more are gathered each time. */
const MAX_KEPT = 256

/** The buckets that one request leads to. */
export class About {
  readonly buckets: readonly Bucket[]
  private kept: readonly RuleRef[] | undefined

  constructor(buckets: readonly Bucket[]) {
    this.buckets = buckets
  }

  /** Groups that hold every rule whose guards are not certainly false. */
  groups(trial: Trial): readonly RuleGroup[] {
    const groups: RuleGroup[] = []
    for (const bucket of this.buckets) bucket.select(trial, groups)
    return groups
  }

  /** Every allow, once each. */
  get allowing(): readonly RuleRef[] {
    if (this.kept !== undefined) return this.kept
    const [only, ...others] = this.buckets
    if (only !== undefined && others.length === 0) return only.allowing
    const found = [...new Set(this.buckets.flatMap(({ allowing }) => allowing))]
    if (found.length <= MAX_KEPT) this.kept = Object.freeze(found)
    return found
  }
}
