/** What a review of a tool finds. A finding informs a person; none ever blocks by itself. */

export type FindingKind = 'vulnerability' | 'malice' | 'resource' | 'privacy'

export type Severity = 'info' | 'warning' | 'critical'

export interface Finding {
  /** The rule's name in kebab-case, as the model card lists it. */
  readonly rule: string
  readonly kind: FindingKind
  readonly severity: Severity
  /** JSON pointer (RFC 6901) into the definition; it may end in a member's name. */
  readonly where: string
  /** UTF-16 offsets in the original text at `where`, end excluded. */
  readonly span: readonly [start: number, end: number]
  /** What was found, at most `EVIDENCE_CHARS`; hidden or encoded text is shown decoded. */
  readonly evidence: string
  readonly message: string
}

/** `reject` recommends quarantine to a person, `look` a reading; neither is a decision. */
export type Recommendation = 'approve' | 'look' | 'reject'

export interface Review {
  readonly findings: readonly Finding[]
  /** 0 to 1; how it is made says `weigh.ts`. */
  readonly risk: number
  readonly recommendation: Recommendation
  /** 0 to 1, what the classifier says of the worst passage. Missing without weights. */
  readonly score?: number
}

/** A tool that an agent may see beside the one under review. */
export interface CatalogueEntry {
  readonly server: string
  readonly tool: string
}

export const EVIDENCE_CHARS = 240

/** More findings than these tell a reader nothing new. The gravest are kept. */
export const MAX_FINDINGS = 100
