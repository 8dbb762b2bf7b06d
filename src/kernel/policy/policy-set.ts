import { PortcullisError } from '../errors.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { AttributeTable } from './evaluate/attribute-table.ts'
import { About, Bucket } from './evaluate/bucket.ts'
import type { AnyRule } from './evaluate/candidates.ts'
import { type Compiling, joinCompiled } from './evaluate/compile-policies.ts'
import type { CompiledFile, CompiledSet } from './evaluate/compiled.ts'
import { byFile, type RuleChange, RuleIndex, rulesOf } from './evaluate/rule-index.ts'
import { Trial } from './evaluate/trial.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import { mayAllow } from './may-allow.ts'
import type { OutsidePolicies, SettledRule } from './outside.ts'
import type { Plan, PlanOptions } from './plan/plan.ts'
import { plan } from './plan/plan.ts'
import type { AskedAbout, PolicyRequest } from './policy-request.ts'
import { namedResources } from './reach/named-resources.ts'
import { explainSettled, settledCandidates } from './settled-rules.ts'
import { jointVersion, versionOf, versionOfDigests } from './version.ts'

/** Where rules are found; with those in observe mode as well, where there are any. */
interface Indexes {
  readonly enforcing: RuleIndex
  readonly observing: RuleIndex | undefined
}

interface Insides {
  readonly indexes: Indexes
  /** Policies in another language, which have a say too. */
  readonly outside: OutsidePolicies | undefined
  /** The memory of decisions, of sets with the same rules. */
  readonly trial: Trial
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

/** Operations whose resources are kept at hand. Past it all are forgotten. */
const MAX_NAMED_OPERATIONS = 1_024

/** A compiled, immutable set of policies. Deciding is synchronous and reads its input alone. */
export class PolicySet {
  /** `sha256:` and the hex digest of the normalised sources. */
  readonly version: string
  /** How many rules it holds. None: nothing is loaded, and everything is denied. */
  readonly ruleCount: number
  /** Its rules one by one, for those who compare sets. Deciding finds them by an index. */
  readonly compiled: CompiledSet
  private readonly indexes: Indexes
  private readonly outside: OutsidePolicies | undefined
  private readonly trial: Trial
  private readonly named = new Map<string, readonly string[]>()

  constructor(version: string, set: CompiledSet, insides: Partial<Insides> = {}) {
    const { indexes, outside, trial } = insides
    this.version = version
    this.ruleCount = set.ruleCount + (outside?.ruleCount ?? 0)
    this.compiled = set
    this.indexes = indexes ?? indexesOf(set)
    this.outside = outside
    this.trial = trial ?? new Trial(set.table)
  }

  /** The same rules, of this `version`, with others of another language beside them, or none. */
  beside(outside: OutsidePolicies | undefined, version: string): PolicySet {
    if (outside === undefined && this.outside === undefined) return this
    const { indexes } = this
    if (outside === undefined) return new PolicySet(version, this.compiled, { indexes })
    const joint = jointVersion(version, outside.fingerprint)
    return new PolicySet(joint, this.compiled, { indexes, outside })
  }

  /** This set with some more policies that have a say; its version covers them. */
  and(more: OutsidePolicies): PolicySet {
    const { indexes, outside: held, trial } = this
    const outside = held === undefined ? more : bothOf(held, more)
    const version = jointVersion(this.version, more.fingerprint)
    return new PolicySet(version, this.compiled, { indexes, outside, trial })
  }

  /**
   * These rules with some more, which stand in place of any in another language: its policies know
   * nothing of what these are about. The version covers both.
   */
  besideOnly(more: OutsidePolicies): PolicySet {
    const { indexes, trial } = this
    const version = jointVersion(this.version, more.fingerprint)
    return new PolicySet(version, this.compiled, { indexes, outside: more, trial })
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
    return new PolicySet(version, set, { indexes: { enforcing, observing } })
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
    const settled = this.outside?.foresee(request)
    const about = aboutWith(this.indexes.enforcing, request, settled)
    return mayAllow(about, request, this.free())
  }

  /** Patterns of resources that allows of an operation speak of: what to ask `mayAllow` about. */
  namedResources(operation: string): readonly string[] {
    const known = this.named.get(operation)
    if (known !== undefined) return known
    const named = namedResources(this.compiled.enforced.rules, operation)
    if (this.named.size >= MAX_NAMED_OPERATIONS) this.named.clear()
    this.named.set(operation, named)
    return named
  }

  /**
   * Stands for the rules that are about an operation on a resource: the same object for all of the
   * same rules. Nothing where policies of another language have a say.
   */
  rulesAbout({ operation, resource }: AskedAbout): object | undefined {
    if (this.outside !== undefined) return undefined
    return this.indexes.enforcing.about(operation, resource.id)
  }

  /**
   * For which things, where a part of the request differs from thing to thing, it is permitted.
   * @throws PortcullisError `CEDAR_NO_PLAN` where policies of another language have a say too:
   *   a plan without them would permit what they deny.
   */
  plan(request: PolicyRequest, options: PlanOptions = {}): Plan {
    if (this.outside !== undefined) {
      const message = 'policies of another language cannot be planned with'
      throw new PortcullisError('CEDAR_NO_PLAN', message)
    }
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
    const explanation = explain({ candidates, set: this.compiled, decision }, request)
    const settled = this.outside?.judge(request) ?? []
    return { ...explanation, rules: [...explanation.rules, ...settled.map(explainSettled)] }
  }

  private decideBy(index: RuleIndex, request: PolicyRequest): Decision {
    const about = aboutWith(index, request, this.outside?.judge(request))
    return decide(about, { request, version: this.version }, this.free())
  }

  /** A getter among the attributes could ask for a decision within a decision. */
  private free(): Trial {
    return this.trial.busy ? new Trial(this.compiled.table) : this.trial
  }
}

function bothOf(one: OutsidePolicies, other: OutsidePolicies): OutsidePolicies {
  return {
    ruleCount: one.ruleCount + other.ruleCount,
    fingerprint: JSON.stringify([one.fingerprint, other.fingerprint]),
    judge: (request) => [...one.judge(request), ...other.judge(request)],
    foresee: (request) => [...one.foresee(request), ...other.foresee(request)],
  }
}

/** The rules that a request leads to, and those of another language that have come out already. */
function aboutWith(
  index: RuleIndex,
  { operation, resource }: PolicyRequest,
  settled: readonly SettledRule[] = [],
): About {
  const about = index.about(operation, resource.id)
  if (settled.length === 0) return about
  return new About([...about.buckets, new Bucket(settledCandidates(settled))])
}

/** What is in force when nothing is loaded: it denies everything. */
export const EMPTY_POLICY_SET: PolicySet = new PolicySet(versionOf([]), {
  ruleCount: 0,
  table: new AttributeTable(),
  enforced: { rules: [], requirements: [], audits: [] },
  observed: { rules: [], requirements: [], audits: [] },
})
