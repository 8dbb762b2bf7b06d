import type { AttributeTable } from './attribute-table.ts'
import { addTo, allOf, type Candidates, type Draft, emptyDraft } from './candidates.ts'
import { type Place, type PlaceKey, placesOf, without } from './places.ts'
import { Rows } from './rows.ts'
import type { RuleGroup } from './rule-group.ts'
import type { GuardTests } from './simple-tests.ts'
import { NO_TEXT, type Trial } from './trial.ts'

/** Below so many rules looking at each costs less than choosing among them. */
const INDEXED_FROM = 8

/**
 * Rules of one head, by what their guards ask of one attribute: that it is a certain text, or a
 * list that holds one. Where such a test is false the guard is, whatever else is in it, so the rule
 * may be left out. Where the test cannot tell, every rule under it is looked at.
 */
export class GuardIndex {
  /** Rules without a test to be found by. */
  private readonly others: RuleGroup | undefined
  private readonly attributes: readonly AttributeIndex[]

  constructor(rules: Candidates, table: AttributeTable) {
    const all = allOf(rules)
    const rows = new Rows(rules)
    const places = all.length < INDEXED_FROM ? new Map<unknown, Place>() : placesOf(all, table)
    const others = emptyDraft()
    const drafts = new Map<PlaceKey, AttributeDraft>()
    for (const rule of all) {
      const place = places.get(rule)
      if (place === undefined) {
        addTo(others, rule)
        continue
      }
      const { key, constants } = place
      const draft = drafts.get(key) ?? { all: emptyDraft(), byConstant: new Map() }
      drafts.set(key, draft)
      addTo(draft.all, rule)
      for (const constant of constants) {
        const group = draft.byConstant.get(constant) ?? emptyDraft()
        draft.byConstant.set(constant, group)
        addTo(group, rule)
      }
    }
    if (all.length > places.size) this.others = { rows, begin: rows.add(others, everyTest) }
    this.attributes = [...drafts].map(
      ([key, draft]) => new AttributeIndex(key, draft, { table, rows }),
    )
    rows.seal()
  }

  /** Adds the groups that hold every rule whose guards are not certainly false. */
  select(trial: Trial, groups: RuleGroup[]): void {
    if (this.others !== undefined) groups.push(this.others)
    for (const attribute of this.attributes) attribute.select(trial, groups)
  }
}

interface AttributeDraft {
  readonly all: Draft
  readonly byConstant: Map<number, Draft>
}

interface Within {
  readonly table: AttributeTable
  /** The rules of the whole head. */
  readonly rows: Rows
}

/** Rules whose guards test one attribute, by the text that it has to be or to hold. */
class AttributeIndex {
  private readonly key: PlaceKey
  private readonly rules: Candidates
  /** Where the numbers of a group begin. */
  private readonly byConstant = new Map<number, number>()
  private readonly rows: Rows
  private everything: RuleGroup | undefined

  constructor(key: PlaceKey, { all, byConstant }: AttributeDraft, within: Within) {
    const { table, rows } = within
    this.key = key
    this.rows = rows
    this.rules = all
    const others = (tests: GuardTests) => without(tests, key, table)
    for (const [constant, draft] of byConstant)
      this.byConstant.set(constant, rows.add(draft, others))
  }

  select(trial: Trial, groups: RuleGroup[]): void {
    if (this.key >= 0) {
      const text = trial.textAt(this.key)
      if (text === NO_TEXT) groups.push(this.all())
      else this.add(text, groups)
      return
    }
    const known = trial.elementsAt(~this.key)
    if (known === undefined || !known.texts) groups.push(this.all())
    else for (const number of known.numbers) this.add(number, groups)
  }

  private add(constant: number, groups: RuleGroup[]): void {
    const begin = this.byConstant.get(constant)
    if (begin !== undefined) groups.push({ rows: this.rows, begin })
  }

  /** Made when a request first lacks the attribute. */
  private all(): RuleGroup {
    if (this.everything !== undefined) return this.everything
    const rows = new Rows(this.rows.rules)
    const begin = rows.add(this.rules, everyTest)
    this.everything = { rows: rows.seal(), begin }
    return this.everything
  }
}

function everyTest({ codes }: GuardTests): readonly number[] {
  return codes
}
