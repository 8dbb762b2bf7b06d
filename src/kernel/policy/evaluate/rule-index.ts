import { reservedFamily } from '../../admin/admin-call.ts'
import type { Head } from '../check/checked.ts'
import type { AttributeTable } from './attribute-table.ts'
import { About, Bucket } from './bucket.ts'
import {
  type AnyRule,
  addTo,
  allOf,
  type Candidates,
  type Draft,
  emptyDraft,
} from './candidates.ts'
import type { CompiledRules } from './compiled.ts'
import { PatternMap } from './pattern-map.ts'
import { compareTexts } from './place.ts'

/** Pairs of operation and resource whose buckets are kept at hand. Past it all are forgotten. */
export const MAX_KNOWN_NAMES = 16_384

type Resources = PatternMap<Bucket>

/**
 * Operation → resource → rules. A rule is left out only when its head is definitely false: what
 * could be in error has to be evaluated (the soundness condition of policy slicing).
 */
export class RuleIndex {
  private readonly operations: PatternMap<Resources>
  private readonly table: AttributeTable | undefined
  private readonly known = new Map<string, Map<string, About>>()
  private knownCount = 0
  private abouts = new Path()

  constructor(operations: PatternMap<Resources>, table: AttributeTable | undefined) {
    this.operations = operations
    this.table = table
  }

  /** Rules stand in their buckets as they are given; sets are given by file. */
  static of(rules: readonly AnyRule[], table?: AttributeTable): RuleIndex {
    const drafts = new PatternMap<PatternMap<Draft>>()
    for (const rule of rules) for (const head of rule.heads) addTo(draftAt(drafts, head), rule)
    const operations = drafts.map((resources) => resources.map((draft) => new Bucket(draft, table)))
    return new RuleIndex(operations, table)
  }

  /** An index with some rules less and some more; buckets that they do not touch are shared. */
  with({ removed, added }: RuleChange): RuleIndex {
    const gone = new Set<AnyRule>(removed)
    const operations = new PatternMap(this.operations)
    const own = new Set<Resources>()
    for (const [{ operation, resource }, rules] of byHead([...removed, ...added])) {
      let resources = operations.get(operation)
      if (resources === undefined || !own.has(resources)) {
        resources = new PatternMap(resources)
        own.add(resources)
        operations.set(operation, resources)
      }
      const stay = allOf(resources.get(resource)?.rules ?? emptyDraft()).filter(
        (rule) => !gone.has(rule),
      )
      const come = rules.filter((rule) => !gone.has(rule))
      resources.set(resource, bucketOf([...stay, ...come], this.table))
    }
    return new RuleIndex(operations, this.table)
  }

  /** The buckets of all heads that the request matches. */
  about(operation: string, resource: string): About {
    const known = this.known.get(operation)?.get(resource)
    return known ?? this.remember(operation, resource)
  }

  /** Every rule whose head the request matches, each once. */
  find(operation: string, resource: string): Candidates {
    const found = this.about(operation, resource).buckets.map(({ rules }) => rules)
    return {
      denies: once(found.flatMap(({ denies }) => denies)),
      requirements: once(found.flatMap(({ requirements }) => requirements)),
      allows: once(found.flatMap(({ allows }) => allows)),
      audits: once(found.flatMap(({ audits }) => audits)),
    }
  }

  /** Which buckets these are depends on the two names alone. Requests may make up any number. */
  private remember(operation: string, resource: string): About {
    const named = this.operations.matching(operation, reservedFamily(operation))
    if (this.knownCount >= MAX_KNOWN_NAMES) {
      this.known.clear()
      this.knownCount = 0
      this.abouts = new Path()
    }
    const found = this.abouts.at(named.flatMap((resources) => resources.matching(resource)))
    const resources = this.known.get(operation) ?? new Map<string, About>()
    this.known.set(operation, resources)
    resources.set(resource, found)
    this.knownCount++
    return found
  }
}

/** Leads by one bucket after the other to what has all of them: one object for the same buckets. */
class Path {
  private readonly next = new Map<Bucket, Path>()
  private about: About | undefined

  at(buckets: readonly Bucket[]): About {
    let path: Path = this
    for (const bucket of buckets) path = path.to(bucket)
    path.about ??= new About(buckets)
    return path.about
  }

  private to(bucket: Bucket): Path {
    const known = this.next.get(bucket)
    if (known !== undefined) return known
    const made = new Path()
    this.next.set(bucket, made)
    return made
  }
}

/** Rules that leave an index and rules that enter it. */
export interface RuleChange {
  readonly removed: readonly AnyRule[]
  readonly added: readonly AnyRule[]
}

/** Every rule of a set of rules. */
export function rulesOf({ rules, requirements, audits }: CompiledRules): readonly AnyRule[] {
  return [...rules, ...requirements, ...audits]
}

function byHead(rules: readonly AnyRule[]): Iterable<readonly [Head, readonly AnyRule[]]> {
  const heads = new Map<string, readonly [Head, AnyRule[]]>()
  for (const rule of rules)
    for (const head of rule.heads) {
      const key = JSON.stringify([head.operation, head.resource])
      const found = heads.get(key) ?? ([head, []] as const)
      heads.set(key, found)
      found[1].push(rule)
    }
  return heads.values()
}

function bucketOf(rules: readonly AnyRule[], table: AttributeTable | undefined) {
  if (rules.length === 0) return undefined
  const draft = emptyDraft()
  for (const rule of rules.toSorted(byFile)) addTo(draft, rule)
  return new Bucket(draft, table)
}

/** Rules in the order of the files that they stand in. */
export function byFile({ source: a }: AnyRule, { source: b }: AnyRule): number {
  return compareTexts(a.file, b.file)
}

function draftAt(drafts: PatternMap<PatternMap<Draft>>, { operation, resource }: Head): Draft {
  return drafts.at(operation, () => new PatternMap()).at(resource, emptyDraft)
}

/** A rule with several heads may stand in several buckets and counts once. */
function once<T>(rules: readonly T[]): readonly T[] {
  return [...new Set(rules)]
}
