import type { Head } from '../check/checked.ts'
import type { CompiledRequirement, CompiledRule, CompiledSet } from './compiled.ts'
import { PatternMap } from './pattern-map.ts'

/** The rules whose head a request matches. All others are definitely not about it. */
export interface Candidates {
  readonly denies: readonly CompiledRule[]
  readonly requirements: readonly CompiledRequirement[]
  readonly allows: readonly CompiledRule[]
}

interface Bucket {
  readonly denies: CompiledRule[]
  readonly requirements: CompiledRequirement[]
  readonly allows: CompiledRule[]
}

/**
 * Operation → resource → rules. A rule is left out only when its head is definitely false: what
 * could be in error has to be evaluated (the soundness condition of policy slicing).
 */
export class RuleIndex {
  private readonly operations = new PatternMap<PatternMap<Bucket>>()

  constructor({ rules, requirements }: Pick<CompiledSet, 'rules' | 'requirements'>) {
    for (const rule of rules)
      for (const head of rule.heads) {
        const bucket = this.bucketAt(head)
        addOnce(rule, rule.kind === 'deny' ? bucket.denies : bucket.allows)
      }
    for (const requirement of requirements)
      for (const head of requirement.heads) addOnce(requirement, this.bucketAt(head).requirements)
  }

  find(operation: string, resource: string): Candidates {
    let found: Candidates = NONE
    for (const resources of this.operations.matching(operation))
      for (const bucket of resources.matching(resource)) found = joined(found, bucket)
    return found
  }

  private bucketAt({ operation, resource }: Head): Bucket {
    return this.operations.at(operation, newResources).at(resource, newBucket)
  }
}

/** The heads of one rule come one after another, so in a list it can only be the last already. */
function addOnce<T>(rule: T, rules: T[]): void {
  if (rules.at(-1) !== rule) rules.push(rule)
}

const NONE: Candidates = { denies: [], requirements: [], allows: [] }

function joined(a: Candidates, b: Candidates): Candidates {
  if (a === NONE) return b
  return {
    denies: union(a.denies, b.denies),
    requirements: union(a.requirements, b.requirements),
    allows: union(a.allows, b.allows),
  }
}

/** A rule with several heads may stand in several buckets and counts once. */
function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (a.length === 0) return b
  return b.length === 0 ? a : [...new Set([...a, ...b])]
}

function newResources(): PatternMap<Bucket> {
  return new PatternMap()
}

function newBucket(): Bucket {
  return { denies: [], requirements: [], allows: [] }
}
