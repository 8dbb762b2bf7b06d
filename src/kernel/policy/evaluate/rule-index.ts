import type { Head } from '../check/checked.ts'
import type { CompiledAudit, CompiledRequirement, CompiledRule, CompiledRules } from './compiled.ts'
import { PatternMap } from './pattern-map.ts'

/** The rules whose head a request matches. All others are definitely not about it. */
export interface Candidates {
  readonly denies: readonly CompiledRule[]
  readonly requirements: readonly CompiledRequirement[]
  readonly allows: readonly CompiledRule[]
  readonly audits: readonly CompiledAudit[]
}

interface Bucket {
  readonly denies: CompiledRule[]
  readonly requirements: CompiledRequirement[]
  readonly allows: CompiledRule[]
  readonly audits: CompiledAudit[]
}

/**
 * Operation → resource → rules. A rule is left out only when its head is definitely false: what
 * could be in error has to be evaluated (the soundness condition of policy slicing).
 */
export class RuleIndex {
  private readonly operations = new PatternMap<PatternMap<Bucket>>()

  constructor(...sets: readonly CompiledRules[]) {
    for (const { rules, requirements, audits } of sets) {
      for (const rule of rules)
        this.add(rule, rule.kind === 'deny' ? ({ denies }) => denies : ({ allows }) => allows)
      for (const requirement of requirements) this.add(requirement, (bucket) => bucket.requirements)
      for (const audit of audits) this.add(audit, (bucket) => bucket.audits)
    }
  }

  private add<T extends { readonly heads: readonly Head[] }>(rule: T, list: (at: Bucket) => T[]) {
    for (const head of rule.heads) addOnce(rule, list(this.bucketAt(head)))
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

const NONE: Candidates = { denies: [], requirements: [], allows: [], audits: [] }

function joined(a: Candidates, b: Candidates): Candidates {
  if (a === NONE) return b
  return {
    denies: union(a.denies, b.denies),
    requirements: union(a.requirements, b.requirements),
    allows: union(a.allows, b.allows),
    audits: union(a.audits, b.audits),
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
  return { denies: [], requirements: [], allows: [], audits: [] }
}
