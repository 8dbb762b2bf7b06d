import type { JsonValue } from '../../json/value.ts'
import type { RuleRef } from '../decision.ts'
import type { PolicyRequest } from '../policy-request.ts'
import type { PolicySet } from '../policy-set.ts'
import type { Assignment } from './assignment.ts'
import { type Change, changeBetween, type Outcome, outcomeOf } from './compare-decisions.ts'
import { requestOf, type Target } from './probe-requests.ts'

/** Witnesses that are told of one pair of rules that settled a request one way and the other. */
export const MAX_WITNESSES_EACH = 3

/** A request that two versions decide differently, with no attribute that does not matter. */
export interface Witness extends Target {
  readonly change: Exclude<Change, 'same'>
  readonly before: Outcome
  readonly after: Outcome
  /** What it holds beyond what every request does. Without `value`, the attribute is missing. */
  readonly attributes: readonly { readonly path: string; readonly value?: JsonValue }[]
  readonly rulesBefore: readonly RuleRef[]
  readonly rulesAfter: readonly RuleRef[]
}

export interface Sets {
  readonly before: PolicySet
  readonly after: PolicySet
}

interface Found {
  readonly change: Witness['change']
  readonly before: Outcome
  readonly after: Outcome
  readonly rulesBefore: readonly RuleRef[]
  readonly rulesAfter: readonly RuleRef[]
}

/** Keeps a few of the smallest witnesses for each way in which decisions change. */
export class WitnessCollector {
  readonly #sets: Sets
  readonly #kept = new Map<string, Map<string, Witness>>()
  /** Requests looked at. */
  tried = 0

  constructor(sets: Sets) {
    this.#sets = sets
  }

  try(target: Target, assignment: Assignment): void {
    const found = this.#compare(target, assignment)
    if (found === undefined) return
    const group = groupOf(target, found)
    const known = this.#kept.get(group) ?? new Map<string, Witness>()
    if (known.size >= MAX_WITNESSES_EACH) return
    const least = this.#minimal(target, assignment, found)
    const witness = { ...target, ...found, attributes: attributesOf(least) }
    this.#kept.set(group, known.set(JSON.stringify(witness.attributes), witness))
  }

  /** What opens first, then by name. */
  witnesses(): readonly Witness[] {
    const all = [...this.#kept.values()].flatMap((group) => [...group.values()])
    return all.sort((a, b) => (order(a) < order(b) ? -1 : 1))
  }

  #compare(target: Target, assignment: Assignment): Found | undefined {
    const request = requestOf(target, assignment)
    return request === undefined ? undefined : this.#differs(request)
  }

  #differs(request: PolicyRequest): Found | undefined {
    this.tried++
    const a = this.#sets.before.decide(request)
    const b = this.#sets.after.decide(request)
    const [before, after] = [outcomeOf(a), outcomeOf(b)]
    const change = changeBetween(before, after)
    if (change === 'same') return undefined
    return { change, before, after, rulesBefore: a.determining, rulesAfter: b.determining }
  }

  /** Leaves out, one by one, what the change does not need. */
  #minimal(target: Target, assignment: Assignment, found: Found): Assignment {
    let least = assignment
    for (const path of assignment.keys()) {
      const fewer = new Map(least)
      fewer.delete(path)
      const still = this.#compare(target, fewer)
      if (still !== undefined && groupOf(target, still) === groupOf(target, found)) least = fewer
    }
    return least
  }
}

function groupOf({ operation, resource }: Target, found: Found): string {
  const rules = (refs: readonly RuleRef[]) =>
    refs.map(({ file, line, column }) => [file, line, column])
  const { before, after, rulesBefore, rulesAfter } = found
  return JSON.stringify([operation, resource, before, after, rules(rulesBefore), rules(rulesAfter)])
}

function attributesOf(assignment: Assignment): Witness['attributes'] {
  return [...assignment]
    .map(([path, value]) => (value === undefined ? { path } : { path, value }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const CHANGES: readonly Change[] = ['permissive', 'different', 'restrictive']

function order({ change, operation, resource, attributes }: Witness): string {
  return `${CHANGES.indexOf(change)} ${operation} ${resource} ${attributes.length}`
}
