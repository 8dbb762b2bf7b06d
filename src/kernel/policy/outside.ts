import type { Approval } from '../approvals/approval.ts'
import type { Obligation } from '../obligations/obligation.ts'
import type { Strictness } from './check/checked.ts'
import type { RuleRef } from './decision.ts'
import type { Diagnostic, Finding } from './language/diagnostics.ts'
import type { Source, Span } from './language/source.ts'
import type { PolicyRequest } from './policy-request.ts'
import type { PolicyText } from './policy-text.ts'

/**
 * Policies in another language, loaded beside ours. Their rules enter our decisions as rules whose
 * guard has come out already, so that there is one way of combining and no second one.
 */
export interface OutsidePolicies {
  readonly ruleCount: number
  /** Everything about them that decisions depend on, for the version of the set. */
  readonly fingerprint: string
  /** The rules whose head the request matches. Never throws: what cannot be asked is in error. */
  judge(request: PolicyRequest): readonly SettledRule[]
  /** The same with `args` left open: a rule that depends on them is `open`. */
  foresee(request: PolicyRequest): readonly SettledRule[]
}

/** A rule and what it came out as. Errors deny as ours do: a deny in error is a deny. */
export interface SettledRule {
  readonly ref: RuleRef & { readonly rule: 'allow' | 'deny' }
  readonly source: Source
  readonly at: Span
  readonly outcome: 'true' | 'false' | 'error' | 'open'
  /** Why it is in error, and where. */
  readonly fault?: Finding
  readonly demands: Demands
}

/** What an allow is bound to. */
export interface Demands {
  readonly source: RuleRef
  readonly obligations: readonly DemandedElsewhere[]
  readonly approvals: readonly Approval[]
}

/** An obligation, and how it combines with others of its kind. */
export interface DemandedElsewhere {
  readonly obligation: Obligation
  readonly strictness: Strictness | undefined
}

/** Another language, told apart by the endings of its files. */
export interface OutsideLanguage {
  /** With the dot: `.cedar`. */
  readonly endings: readonly string[]
  /** @throws PortcullisError when what reads the language is not installed. */
  load(files: readonly PolicyText[], read: ReadDemands): LoadedOutside
}

export interface LoadedOutside {
  /** Absent when there is an error. */
  readonly policies: OutsidePolicies | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads `redact("email"), max_rows(100)` as a `require` would, with the names that the vocabulary
 * of the set declares; or says what is wrong.
 */
export type ReadDemands = (
  text: string,
) =>
  | Pick<Demands, 'obligations' | 'approvals'>
  | { readonly problem: string; readonly hint?: string }
