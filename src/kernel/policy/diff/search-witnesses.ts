import { isAbout, matches } from '../language/pattern.ts'
import type { Expression } from '../language/syntax.ts'
import { type Assignment, merged } from './assignment.ts'
import type { Target } from './probe-requests.ts'
import { ProbeCollector, type Probes } from './probe-values.ts'
import { type RuleShape, shapesOf } from './rule-shapes.ts'
import { Solver, together } from './solutions.ts'
import { targetsOf } from './targets.ts'
import { type Sets, type Witness, WitnessCollector } from './witnesses.ts'

/** Requests that are tried for one operation and resource, and in all. */
export const MAX_TRIED_EACH = 1_000
export const MAX_TRIED = 50_000
/** Requests from which the search goes on, for one operation and resource. */
const MAX_BASES = 32

export interface SearchOptions extends Sets {
  /** Owners of parts that differ (`policy sales`); anything but a policy touches every rule. */
  readonly touched: readonly string[]
  /** The labels of each order that either version declares, lowest first. */
  readonly orders: readonly (readonly string[])[]
  onProgress?(done: number, of: number): void
}

export interface SearchResult {
  readonly witnesses: readonly Witness[]
  /** Requests that both versions decided. */
  readonly tried: number
  /** False when a bound ended the search. */
  readonly exhausted: boolean
}

/**
 * Looks for requests that two versions decide differently: those that satisfy a rule, and their
 * neighbours at and around every constant of both versions, one and two attributes away. What it
 * finds is so; that it finds nothing proves nothing.
 */
export function searchWitnesses(options: SearchOptions): SearchResult {
  const { before, after, touched, orders } = options
  const all = [...shapesOf(before.compiled), ...shapesOf(after.compiled)]
  const isTouched = touchedBy(touched)
  const targets = targetsOf(all.filter(isTouched), all)
  const collector = new WitnessCollector({ before, after })
  let done = 0
  let exhausted = targets.all
  for (const target of targets.list) {
    if (collector.tried >= MAX_TRIED) exhausted = false
    else if (!tryTarget(target, rulesFor(target, all), { collector, orders })) exhausted = false
    options.onProgress?.(++done, targets.list.length)
  }
  return { witnesses: collector.witnesses(), tried: collector.tried, exhausted }
}

function touchedBy(owners: readonly string[]): (rule: RuleShape) => boolean {
  const every = owners.some((owner) => !owner.startsWith('policy '))
  const names = new Set(owners.map((owner) => owner.replace('policy ', '')))
  return ({ policy }) => every || names.has(policy)
}

function rulesFor({ operation, resource }: Target, all: readonly RuleShape[]) {
  return all.filter(({ heads }) =>
    heads.some((head) => isAbout(head.operation, operation) && matches(head.resource, resource)),
  )
}

interface Trying {
  readonly collector: WitnessCollector
  readonly orders: SearchOptions['orders']
}

/** False when there was more to try. */
function tryTarget(
  target: Target,
  rules: readonly RuleShape[],
  { collector, orders }: Trying,
): boolean {
  const probes = probesOf(rules, orders)
  const seen = new Set<string>()
  for (const assignment of assignments(rules, probes)) {
    const key = JSON.stringify([...assignment].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (seen.has(key)) continue
    if (seen.size >= MAX_TRIED_EACH) return false
    seen.add(key)
    collector.try(target, assignment)
  }
  return true
}

function probesOf(rules: readonly RuleShape[], orders: SearchOptions['orders']): Probes {
  const collector = new ProbeCollector(orders)
  for (const { guards, demands } of rules)
    for (const condition of [...guards, ...demands]) collector.read(condition)
  return collector.probes
}

/** The bases, then each with one attribute otherwise, then with two. */
function* assignments(rules: readonly RuleShape[], probes: Probes): Generator<Assignment> {
  const bases = basesOf(rules, probes)
  yield* bases
  for (const base of bases) for (const [one] of variations(base, probes)) yield one
  for (const base of bases)
    for (const [one, path] of variations(base, probes))
      for (const [two, other] of variations(one, probes)) if (path < other) yield two
}

function* variations(base: Assignment, probes: Probes): Generator<[Assignment, string]> {
  for (const [path, values] of probes)
    for (const value of [...values, undefined]) {
      const changed = new Map(base).set(path, value)
      yield [changed, path]
    }
}

/** Requests that satisfy an allow while nothing denies, those that a deny meets, an empty one. */
function basesOf(rules: readonly RuleShape[], probes: Probes): readonly Assignment[] {
  const ways = (conditions: readonly Expression[], wanted: boolean, rule: RuleShape) => {
    if (rule.orders === undefined || conditions.length === 0) return [new Map<string, never>()]
    const solver = new Solver(probes, rule.orders)
    return together(conditions.map((condition) => solver.solutions(condition, wanted)))
  }
  const clear = (base: Assignment) =>
    rules.reduce((so, rule) => {
      if (rule.kind === 'allow') return so
      const [wanted, conditions] =
        rule.kind === 'deny' ? [false, rule.guards] : [true, rule.demands]
      return firstThatFits(so, ways(conditions, wanted, rule))
    }, base)
  const allowed = rules
    .filter(({ kind }) => kind === 'allow')
    .flatMap((rule) => ways([...rule.guards, ...rule.demands], true, rule))
    .slice(0, MAX_BASES / 2)
  const cleared = [...allowed, new Map<string, never>()].map(clear)
  const met = rules
    .filter(({ kind }) => kind !== 'allow')
    .flatMap((rule) => ways(rule.guards, true, rule).slice(0, 2))
    .flatMap((way) => cleared.map((base) => new Map([...base, ...way])))
  return [...cleared, ...allowed, ...met].slice(0, MAX_BASES)
}

function firstThatFits(base: Assignment, ways: readonly Assignment[]): Assignment {
  for (const way of ways) {
    const both = merged(base, way)
    if (both !== undefined) return both
  }
  return base
}
