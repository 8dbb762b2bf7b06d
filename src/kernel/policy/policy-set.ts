import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { CompiledSet } from './evaluate/compiled.ts'
import { RuleIndex } from './evaluate/rule-index.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import { mayAllow } from './may-allow.ts'
import type { Plan, PlanOptions } from './plan/plan.ts'
import { plan } from './plan/plan.ts'
import type { PolicyRequest } from './policy-request.ts'
import { versionOf } from './version.ts'

/** A compiled, immutable set of policies. Deciding is synchronous and reads its input alone. */
export class PolicySet {
  /** `sha256:` and the hex digest of the normalised sources. */
  readonly version: string
  /** How many rules it holds. None: nothing is loaded, and everything is denied. */
  readonly ruleCount: number
  /** Its rules one by one, for those who compare sets. Deciding finds them by an index. */
  readonly compiled: CompiledSet
  private readonly index: RuleIndex
  /** The index with the policies in observe mode as well, where there are any. */
  private readonly observing: RuleIndex | undefined

  constructor(version: string, set: CompiledSet) {
    this.version = version
    this.ruleCount = set.ruleCount
    this.compiled = set
    this.index = new RuleIndex(set.enforced)
    const { rules, requirements, audits } = set.observed
    if (rules.length + requirements.length + audits.length > 0)
      this.observing = new RuleIndex(set.enforced, set.observed)
  }

  decide(request: PolicyRequest): Decision {
    const { version } = this
    const verdict = decide(this.candidates(request), request)
    if (this.ruleCount === 0) return { ...verdict, reason: 'nothing_loaded', version }
    return { ...verdict, version, ...this.observed(verdict.effect, request) }
  }

  /** Could any arguments make this permitted? Everything but `args` is as given. */
  mayAllow(request: PolicyRequest): boolean {
    return mayAllow(this.candidates(request), request)
  }

  /** For which things, where a part of the request differs from thing to thing, it is permitted. */
  plan(request: PolicyRequest, options: PlanOptions = {}): Plan {
    return plan({ set: this.compiled, version: this.version }, request, options)
  }

  /** The decision with every rule that is about the request, clause by clause. */
  explain(request: PolicyRequest): Explanation {
    const decision = this.decide(request)
    const { operation, resource } = request
    const candidates = (this.observing ?? this.index).find(operation, resource.id)
    return explain({ candidates, set: this.compiled, decision }, request)
  }

  /** What the policies in observe mode would have made of it, where that is something else. */
  private observed(
    enforced: Decision['effect'],
    request: PolicyRequest,
  ): Pick<Decision, 'observed'> {
    if (this.observing === undefined) return {}
    const { operation, resource } = request
    const verdict = decide(this.observing.find(operation, resource.id), request)
    const { effect, reason, determining } = verdict
    return effect === enforced ? {} : { observed: { effect, reason, determining } }
  }

  private candidates({ operation, resource }: PolicyRequest) {
    return this.index.find(operation, resource.id)
  }
}

/** What is in force when nothing is loaded: it denies everything. */
export const EMPTY_POLICY_SET: PolicySet = new PolicySet(versionOf([]), {
  ruleCount: 0,
  enforced: { rules: [], requirements: [], audits: [] },
  observed: { rules: [], requirements: [], audits: [] },
})
