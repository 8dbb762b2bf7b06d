/** What must be done for a decision to hold. An obligation that can't be fulfilled denies. */
export type Obligation = Redact

/**
 * Remove values from the arguments before the effect and from the result after it. `fields` are
 * paths (`args.customer.ssn`, `result.records.*.email`); `patterns` are names of
 * `REDACTION_PATTERNS` (`email`) and apply to every string on both sides.
 */
export interface Redact {
  readonly kind: 'redact'
  readonly fields: readonly string[]
  readonly patterns: readonly string[]
}
