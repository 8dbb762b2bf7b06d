import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { CompiledSet } from './evaluate/compiled.ts'
import { RuleIndex } from './evaluate/rule-index.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import { mayAllow } from './may-allow.ts'
import type { PolicyRequest } from './policy-request.ts'
import { versionOf } from './version.ts'

/** A compiled, immutable set of policies. Deciding is synchronous and reads its input alone. */
export class PolicySet {
  /** `sha256:` and the hex digest of the normalised sources. */
  readonly version: string
  /** How many rules it holds. None: nothing is loaded, and everything is denied. */
  readonly ruleCount: number
  private readonly index: RuleIndex

  constructor(version: string, set: CompiledSet) {
    this.version = version
    this.ruleCount = set.ruleCount
    this.index = new RuleIndex(set)
  }

  decide(request: PolicyRequest): Decision {
    const verdict = decide(this.candidates(request), request)
    const reason = this.ruleCount === 0 ? 'nothing_loaded' : verdict.reason
    return { ...verdict, reason, version: this.version }
  }

  /** Could any arguments make this permitted? Everything but `args` is as given. */
  mayAllow(request: PolicyRequest): boolean {
    return mayAllow(this.candidates(request), request)
  }

  /** The decision with every rule that is about the request, clause by clause. */
  explain(request: PolicyRequest): Explanation {
    return explain(this.candidates(request), request, this.decide(request))
  }

  private candidates({ operation, resource }: PolicyRequest) {
    return this.index.find(operation, resource.id)
  }
}

/** What is in force when nothing is loaded: it denies everything. */
export const EMPTY_POLICY_SET: PolicySet = new PolicySet(versionOf([]), {
  ruleCount: 0,
  rules: [],
  requirements: [],
})
