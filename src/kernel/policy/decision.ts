import type { Obligation } from '../obligations/obligation.ts'

/** Why a decision came out as it did. Stable: receipts and tools match on it. */
export type Reason =
  | 'allowed'
  | 'explicit_deny'
  | 'deny_on_error'
  | 'requirement_unmet'
  | 'default_deny'
  | 'nothing_loaded'

/**
 * Where a rule stands; for a requirement, where it stands in its `require`. `line` and `column`
 * count from 1, columns in UTF-16 units; `text` is that line as written.
 */
export interface RuleRef {
  readonly policy: string
  readonly rule: 'allow' | 'deny' | 'require'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
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

/**
 * The answer to one request under one policy version. `determining` holds every rule that settled
 * it: the satisfied allows; or the denies that hold or are in error, and the requirements not met.
 * A default deny has none; `nearMisses` then names the allows whose head matched but whose guard or
 * requirement did not hold.
 */
export interface Decision {
  readonly effect: 'allow' | 'allow_with_conditions' | 'deny'
  readonly reason: Reason
  /** `sha256:` and the hex digest of the policy set that decided. */
  readonly version: string
  readonly determining: readonly RuleRef[]
  readonly obligations: readonly DemandedObligation[]
  readonly errors: readonly EvaluationError[]
  readonly nearMisses: readonly RuleRef[]
}
