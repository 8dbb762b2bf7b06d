import { decideAbout } from './decide.ts'
import type { Decision } from './decision.ts'
import { AttributeTable } from './evaluate/attribute-table.ts'
import type { AnyRule } from './evaluate/candidates.ts'
import { type Compiling, joinCompiled } from './evaluate/compile-policies.ts'
import type { CompiledFile, CompiledSet } from './evaluate/compiled.ts'
import { byFile, type RuleChange, RuleIndex, rulesOf } from './evaluate/rule-index.ts'
import { Trial } from './evaluate/trial.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import { mayAllowAmong } from './may-allow.ts'
import type { Plan, PlanOptions } from './plan/plan.ts'
import { plan } from './plan/plan.ts'
import type { PolicyRequest } from './policy-request.ts'
import { versionOf, versionOfDigests } from './version.ts'

/** Where rules are found; with those in observe mode as well, where there are any. */
interface Indexes {
  readonly enforcing: RuleIndex
  readonly observing: RuleIndex | undefined
}

interface File {
  readonly digest: string
  readonly compiled: CompiledFile
}

interface Files {
  /** Sorted by name. */
  readonly files: readonly File[]
  readonly compiling: Compiling
  readonly ruleCount: number
}

interface Change {
  readonly before: File | undefined
  readonly after: File | undefined
}

function indexesOf({ enforced, observed, table }: CompiledSet): Indexes {
  const [own, watched] = [rulesOf(enforced), rulesOf(observed)]
  const observing =
    watched.length > 0 ? RuleIndex.of([...own, ...watched].sort(byFile), table) : undefined
  return { enforcing: RuleIndex.of(own, table), observing }
}

function rulesIn(
  changes: readonly Change[],
  rules: (file: File) => readonly AnyRule[],
): RuleChange {
  return {
    removed: changes.flatMap(({ before }) => (before ? rules(before) : [])),
    added: changes.flatMap(({ after }) => (after ? rules(after) : [])),
  }
}

/** A compiled, immutable set of policies. Deciding is synchronous and reads its input alone. */
export class PolicySet {
  /** `sha256:` and the hex digest of the normalised sources. */
  readonly version: string
  /** How many rules it holds. None: nothing is loaded, and everything is denied. */
  readonly ruleCount: number
  /** Its rules one by one, for those who compare sets. Deciding finds them by an index. */
  readonly compiled: CompiledSet
  private readonly indexes: Indexes
  private readonly trial: Trial

  constructor(version: string, set: CompiledSet, indexes = indexesOf(set)) {
    this.version = version
    this.ruleCount = set.ruleCount
    this.compiled = set
    this.indexes = indexes
    this.trial = new Trial(set.table)
  }

  static of({ files, compiling, ruleCount }: Files): PolicySet {
    return new PolicySet(versionOfDigests(files), joinCompiled(files, compiling, ruleCount))
  }

  /** The set of these files, which are its own but for the changes. */
  with({ files, compiling, ruleCount }: Files, changes: readonly Change[]): PolicySet {
    const set = joinCompiled(files, compiling, ruleCount)
    const version = versionOfDigests(files)
    const observed = rulesIn(changes, ({ compiled }) => rulesOf(compiled.observed))
    const anew = this.indexes.observing === undefined && observed.added.length > 0
    if (anew) return new PolicySet(version, set)
    const enforced = rulesIn(changes, ({ compiled }) => rulesOf(compiled.enforced))
    const enforcing = this.indexes.enforcing.with(enforced)
    const observing = this.indexes.observing?.with(enforced).with(observed)
    return new PolicySet(version, set, { enforcing, observing })
  }

  decide(request: PolicyRequest): Decision {
    const decision = this.decideBy(this.indexes.enforcing, request)
    if (this.ruleCount === 0) return { ...decision, reason: 'nothing_loaded' }
    if (this.indexes.observing === undefined) return decision
    // What the policies in observe mode would have made of it, where that is something else.
    const { effect, reason, determining } = this.decideBy(this.indexes.observing, request)
    if (effect === decision.effect) return decision
    return { ...decision, observed: { effect, reason, determining } }
  }

  /** Could any arguments make this permitted? Everything but `args` is as given. */
  mayAllow(request: PolicyRequest): boolean {
    const { operation, resource } = request
    return mayAllowAmong(this.indexes.enforcing.about(operation, resource.id), request, this.free())
  }

  /** For which things, where a part of the request differs from thing to thing, it is permitted. */
  plan(request: PolicyRequest, options: PlanOptions = {}): Plan {
    return plan({ set: this.compiled, version: this.version }, request, options)
  }

  /** The decision with every rule that is about the request, clause by clause. */
  explain(request: PolicyRequest): Explanation {
    const decision = this.decide(request)
    const { operation, resource } = request
    const candidates = (this.indexes.observing ?? this.indexes.enforcing).find(
      operation,
      resource.id,
    )
    return explain({ candidates, set: this.compiled, decision }, request)
  }

  private decideBy(index: RuleIndex, request: PolicyRequest): Decision {
    const about = index.about(request.operation, request.resource.id)
    return decideAbout(about, { request, version: this.version }, this.free())
  }

  /** A getter among the attributes could ask for a decision within a decision. */
  private free(): Trial {
    return this.trial.busy ? new Trial(this.compiled.table) : this.trial
  }
}

/** What is in force when nothing is loaded: it denies everything. */
export const EMPTY_POLICY_SET: PolicySet = new PolicySet(versionOf([]), {
  ruleCount: 0,
  table: new AttributeTable(),
  enforced: { rules: [], requirements: [], audits: [] },
  observed: { rules: [], requirements: [], audits: [] },
})
