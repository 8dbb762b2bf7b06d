/** What must be done for a decision to hold. An obligation that can't be fulfilled denies. */
export type Obligation =
  | Redact
  | Mask
  | MaxRows
  | MaxBytes
  | RateLimit
  | Spend
  | AuditTrail
  | Label
  | SandboxTier
  | Finality
  | StepUp
  | DeclaredObligation

/**
 * Remove values from the arguments before the effect and from the result after it. `fields` are
 * paths (`args.customer.ssn`, `result.records.*.email`); `patterns` are names of
 * `REDACTION_PATTERNS` (`email`) and apply to every string on both sides. Classes of patterns
 * (`pii`) are resolved when a policy is loaded.
 */
export interface Redact {
  readonly kind: 'redact'
  readonly fields: readonly string[]
  readonly patterns: readonly string[]
}

/** Replace the characters of the values at `fields`, but for the last `keep` of each, by `*`. */
export interface Mask {
  readonly kind: 'mask'
  readonly fields: readonly string[]
  readonly keep: number
}

/** Cut every list of records in the result after `rows`. */
export interface MaxRows {
  readonly kind: 'max_rows'
  readonly rows: number
}

/** Refuse a result whose canonical JSON is longer than `bytes`. */
export interface MaxBytes {
  readonly kind: 'max_bytes'
  readonly bytes: number
}

/** At most `calls` of this principal to this operation in any stretch of `perMs` milliseconds. */
export interface RateLimit {
  readonly kind: 'rate_limit'
  readonly calls: number
  readonly perMs: number
}

/** Take `amount` out of the named budget; refuse when it does not hold as much. */
export interface Spend {
  readonly kind: 'spend'
  readonly budget: string
  readonly amount: number
}

/** How much receipts tell, from the least to the most. */
export const AUDIT_TRAILS = ['basic', 'detailed'] as const

export interface AuditTrail {
  readonly kind: 'audit_trail'
  readonly detail: (typeof AUDIT_TRAILS)[number]
}

/**
 * Gives labels to the run whose agent is handed the result; the payload is left as it is. With
 * `marked` only where something in the result reads like an instruction to the agent.
 */
export interface Label {
  readonly kind: 'label'
  readonly labels: readonly string[]
  readonly marked: boolean
}

/** Strengths of confinement, from the least to the most. */
export const SANDBOX_TIERS = ['none', 'process', 'container', 'gvisor', 'vm'] as const

/** The agent runs in a sandbox of at least this tier. */
export interface SandboxTier {
  readonly kind: 'sandbox_tier'
  readonly tier: (typeof SANDBOX_TIERS)[number]
}

/** What a receipt has behind it, from the least to the most. */
export const FINALITIES = ['durable', 'witnessed'] as const

/** The decision's receipt has at least this finality before the effect is carried out. */
export interface Finality {
  readonly kind: 'finality'
  readonly finality: (typeof FINALITIES)[number]
}

/** The principal has authenticated by `method` within the last `withinMs` milliseconds. */
export interface StepUp {
  readonly kind: 'step_up'
  readonly method: string
  readonly withinMs: number
}

/**
 * One that the vocabulary declares: `obligation differential_privacy`. Whoever carries out the
 * action has to say that it fulfils it. `value` is one of the declared ones.
 */
export interface DeclaredObligation {
  readonly kind: 'declared'
  readonly name: string
  readonly value?: string
}
