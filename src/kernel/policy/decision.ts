import type { Approval } from '../approvals/approval.ts'
import type { Obligation } from '../obligations/obligation.ts'

/** Why a decision came out as it did. Stable: receipts and tools match on it. */
export type Reason =
  | 'allowed'
  | 'approval_required'
  | 'explicit_deny'
  | 'deny_on_error'
  | 'requirement_unmet'
  | 'obligation_conflict'
  | 'default_deny'
  | 'nothing_loaded'

/** From the strongest to the weakest, `deny` wins over everything and `allow` over nothing. */
export type Effect = 'deny' | 'require_approval' | 'allow_with_conditions' | 'allow'

/**
 * Where a rule stands; for a requirement, where it stands in its `require`. `line` and `column`
 * count from 1, columns in UTF-16 units; `text` is that line as written.
 */
export interface RuleRef {
  readonly policy: string
  readonly rule: 'allow' | 'deny' | 'require' | 'audit'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
  /** The sentence of its `@reason("…")`, which agents may be told. */
  readonly says?: string
  /** Some part of it reads what the run has been doing. */
  readonly readsRun?: true
}

/** A clause that could not be evaluated, and the attribute or type that was at fault. */
export interface EvaluationError extends RuleRef {
  readonly message: string
}

/** An obligation and the `require` that asked for it. */
export interface DemandedObligation {
  readonly obligation: Obligation
  readonly source: RuleRef
}

/** An approval and the `require` that asked for it. */
export interface DemandedApproval {
  readonly approval: Approval
  readonly source: RuleRef
}

/** What an `audit` rule wants noted in the receipt, whatever the decision: `log_level = "info"`. */
export interface DemandedAudit {
  readonly name: string
  readonly value: string | number | boolean
  readonly source: RuleRef
}

/** What the decision would be if policies in observe mode were enforced. */
export interface Observation {
  readonly effect: Effect
  readonly reason: Reason
  readonly determining: readonly RuleRef[]
}

/**
 * The answer to one request under one policy version. `determining` holds every rule that settled
 * it: the satisfied allows; or the denies that hold or are in error, and the requirements not met.
 * A default deny has none; `nearMisses` then names the allows whose head matched but whose guard or
 * requirement did not hold.
 */
export interface Decision {
  readonly effect: Effect
  readonly reason: Reason
  /** `sha256:` and the hex digest of the policy set that decided. */
  readonly version: string
  readonly determining: readonly RuleRef[]
  /** What has to be done; also under `require_approval`, for when the approvals are there. */
  readonly obligations: readonly DemandedObligation[]
  /** The approvals still missing. Empty unless the effect is `require_approval`. */
  readonly approvals: readonly DemandedApproval[]
  readonly audits: readonly DemandedAudit[]
  readonly errors: readonly EvaluationError[]
  readonly nearMisses: readonly RuleRef[]
  /** Present where policies in observe mode would have decided otherwise. */
  readonly observed?: Observation
}

/** May the action be carried out now, under the obligations? A missing approval is no. */
export function permits({ effect }: Pick<Decision, 'effect'>): boolean {
  return effect === 'allow' || effect === 'allow_with_conditions'
}
