import type { Candidate } from '../kernel/acl/candidate.ts'
import type { Action, Resource } from '../kernel/action.ts'
import type { Call, CallInHand, UsageFacts } from '../kernel/budget/usage-book.ts'
import type { ErrorCode } from '../kernel/errors.ts'
import type { Failed as FailedAttempts } from '../kernel/identity/attempt-limits.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { TaskConditions } from '../kernel/mcp/task-conditions.ts'
import type { Assured } from '../kernel/obligations/assurance.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import type { AskedAbout, PolicyRequest } from '../kernel/policy/policy-request.ts'
import type { RecordedRequest } from '../kernel/policy/recorded-request.ts'
import type { AboutWhom, Subject } from '../kernel/privacy/subject.ts'
import type { ReceiptDraft, RecordedEvent, SubjectPayload } from '../kernel/receipt/receipt.ts'
import type { AnswerRoom } from './answer-ports.ts'
import type { Approvals, Gone, HeldProgress } from './approval-ports.ts'
import type { Connector } from './connector-ports.ts'
import type { RoleSource } from './identity-ports.ts'
import type { Labels } from './label-ports.ts'
import type { Caller, McpMessage, ServerNotice } from './mcp-ports.ts'
import type { Failed, Permission, Refused } from './permission-ports.ts'
import type { Crossings, Refusals } from './refusal-ports.ts'
import type { SanitisingMode, ToolSchemas } from './schema-ports.ts'
import type { ToolTrust } from './tool-ports.ts'

export type * from './acl-ports.ts'
export type * from './answer-ports.ts'
export type * from './approval-ports.ts'
export type * from './connector-ports.ts'
export type * from './identity-ports.ts'
export type * from './label-ports.ts'
export type * from './mcp-ports.ts'
export type * from './oauth-ports.ts'
export type * from './people-ports.ts'
export type * from './permission-ports.ts'
export type * from './record-ports.ts'
export type * from './refusal-ports.ts'
export type * from './schema-ports.ts'
export type * from './signature-ports.ts'
export type * from './standing-ports.ts'
export type * from './storage-ports.ts'
export type * from './tool-ports.ts'
export type * from './tool-reader-ports.ts'

/** A request as a door hands it in: what is asked, by whom, over which connection. */
export interface GuardRequest {
  readonly action: Action
  readonly credential: Credential
  readonly channel: Channel
  /** Whom the caller says to act as: it has to be proved, and has what that one may alone. */
  readonly candidate?: Candidate | undefined
  /** Called when the action has to wait for approval, and when something about that changes. */
  readonly onHeld?: (held: HeldProgress) => void
  /** Nobody waits for the answer any more: an action that is still held is then not carried out. */
  readonly gone?: Gone
  /** Who waits for an answer of an MCP server, and may be spoken to before there is one. */
  readonly caller?: Caller | undefined
  /** Where the answer is counted until it has left. */
  readonly room?: AnswerRoom | undefined
  /** Called with what it failed with, for doors whose callers may read more than its code. */
  readonly onFailure?: (error: unknown) => void
}

/** The connection a request came over. `run` groups the receipts of one session. */
export interface Channel {
  readonly door: string
  readonly peer: string
  readonly run: string
}

/**
 * What came of a request. `receipt` is absent only where the ledger could not be written, or where
 * there are so many refusals that they are counted.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly result: JsonObject; readonly receipt: string }
  | Refused
  | Failed

/** All that a door may do. It never decides and never reaches a connector by itself. */
export interface Gate {
  /** The whole path, for one action. Never rejects: an exception on the way is a refusal. */
  guard(request: GuardRequest): Promise<Outcome>
  /**
   * May this be looked at? Decided by the same policies, and receipted only when it is refused: for
   * what changes nothing. Never rejects.
   */
  permit(request: GuardRequest): Promise<Permission>
  /** Who is this? Throws the refusal, already receipted, when the credential does not prove it. */
  admit(credential: Credential, channel: Channel): Promise<Identity>
  /** Records that a request was refused before it became an action (malformed, misdirected). */
  refuse(code: ErrorCode, channel: Channel, identity?: Identity): Promise<void>
  /** Records an event at the door. Resolves when it is durable. */
  note(event: RecordedEvent, channel: Channel, identity?: Identity): Promise<void>
  /** Raises the alert that an id of another tenant was presented. Never waits: nobody can tell. */
  crossed(what: string, channel: Channel, identity: Identity): void
  /**
   * What a server says to a client that waits for nothing, as this one may read it by the policies
   * of the moment. Nothing where it may not. Leaves no receipt, as looking at a list does not.
   */
  overheard(identity: Identity, notice: ServerNotice, channel: Channel): McpMessage | undefined
  /** Of these actions, those that some arguments could make permitted: what an agent may see. */
  visible(identity: Identity, actions: readonly Action[], channel: Channel): readonly boolean[]
  /**
   * Patterns of resources that the policies of a tenant speak of for an operation. They say what to
   * ask `visible` about, where an agent may see something if any of many resources is permitted.
   */
  named(identity: Identity, operation: string): readonly string[]
}

/** Makes those wait who send one wrong credential after the other. */
export interface Admissions {
  /** @throws PortcullisError `AUTHENTICATION_THROTTLED` */
  check(credential: Credential, peer: string, now: number): void
  proved(credential: Credential): void
  /** Nothing where the refusal counts for nothing. */
  refused(
    credential: Credential,
    peer: string,
    at: { readonly code: ErrorCode; readonly now: number },
  ): FailedAttempts | undefined
}

export interface IdentitySource {
  /** Proves a credential at `now` (ms since epoch) or throws an `IDENTITY_*` error. */
  verify(credential: Credential, now: number): Promise<Identity>
}

/** A compiled, immutable policy set. The kernel's `PolicySet` is one. */
export interface PolicyDecider {
  readonly version: string
  decide(request: PolicyRequest): Decision
  /** Could any arguments make this permitted? Everything but `args` is as given. */
  mayAllow(request: PolicyRequest): boolean
  /**
   * Stands for the rules that are about an operation on a resource: the same object for all of the
   * same rules. Nothing where something else has a say.
   */
  rulesAbout?(asked: AskedAbout): object | undefined
  /** Patterns of resources that allows of an operation speak of: what to ask `mayAllow` about. */
  namedResources?(operation: string): readonly string[]
}

/** Facts about what is acted on, which policies may read beside the request. No I/O. */
export interface AttributeSource {
  about(operation: string, resource: Resource): Facts
}

/** What goes below the roots of these names; what is acted on also below `data`. */
export interface Facts {
  readonly operation: JsonObject
  readonly resource: JsonObject
  readonly system: JsonObject
}

export interface PolicySource {
  /** The set in force; one with no rules when nothing is loaded, which denies all. */
  current(): PolicyDecider
}

export interface Ledger {
  /** Resolves when the receipt is on disk under a signed checkpoint; rejects `LEDGER_*` if not. */
  append(draft: ReceiptDraft): Promise<{ readonly id: string; readonly seq: number }>
}

/** How receipts become more than durable: others have seen the ledger that holds them. */
export interface Finality {
  /**
   * Resolves when all that is durable now is under a head that enough witnesses cosigned.
   * It waits no longer than a bound of its own.
   * @throws PortcullisError `FINALITY_UNAVAILABLE`, `FINALITY_BLOCKED`, `FINALITY_TIMEOUT`.
   */
  witnessed(): Promise<void>
}

/** Keeps what policies read of decided requests, so that they can be decided again. */
export interface Recordings {
  /**
   * With the pseudonym of whom it is about: once that subject is erased nobody can open it. Never
   * throws and never waits: what cannot be kept is dropped and counted.
   */
  keep(recorded: RecordedRequest, pseudonym: string): void
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds of a clock that never goes back; for durations. */
  elapsed(): number
}

export interface Ids {
  /** A new unique id, sortable by time. */
  next(): string
}

/**
 * Digests under a key of the subject: a plain hash of a guessable payload would tell it, and once
 * the key is destroyed they tell nothing at all.
 */
export interface Digester {
  /**
   * With the pseudonym of the subject.
   * @throws PortcullisError `DATA_KEYS_UNAVAILABLE` when a new subject can be given no key.
   */
  digest(payload: JsonObject, subject: Subject): SubjectPayload
}

/** Seals texts at rest, each with the key of the subject that it is about. */
export interface SubjectSeal {
  /**
   * `where` says what it is and where it stands: it opens nowhere else.
   * @throws PortcullisError `PAYLOAD_ERASED`, `DATA_KEYS_UNAVAILABLE`.
   */
  seal(pseudonym: string, where: readonly string[], text: string): Uint8Array
  /**
   * Nothing where the subject was erased.
   * @throws PortcullisError `PAYLOAD_INVALID`, `DATA_KEYS_UNAVAILABLE`.
   */
  open(pseudonym: string, where: readonly string[], sealed: Uint8Array): string | undefined
}

/** A payload on its way to be kept. */
export interface KeptPayload {
  /** Id of the receipt that names it. */
  readonly receipt: string
  readonly run: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly path: 'in' | 'out'
  readonly subject: Subject
  readonly payload: JsonObject
}

/** Whose data payloads are, and those that are kept, sealed, beside the ledger. */
export interface Payloads {
  /** No I/O. */
  subjectOf(action: Action, identity: Identity): AboutWhom
  /** Are they kept at all? */
  readonly keeps: boolean
  /**
   * Durable when it resolves.
   * @throws PortcullisError `PAYLOAD_*`, `PAYLOADS_FULL`, `DATA_KEYS_UNAVAILABLE`.
   */
  keep(payload: KeptPayload): Promise<void>
}

/** Counts what principals do, and holds what they are about to spend. The kernel's `UsageBook`. */
export interface UsageMeter {
  /**
   * Counts a call from now on. Whoever asks has to `end` it.
   * @throws PortcullisError `USAGE_UNAVAILABLE` when the counts may miss something.
   */
  begin(call: Call): CallInHand
  /** What the call would find, without counting it. */
  peek(call: Call): UsageFacts
}

/** What is proved about who acts, where the runtime runs and who carries out an action. */
export interface Assurances {
  of(identity: Identity, action: Action): Assured
}

export interface Ports {
  /** What is owed by actions that were answered with a task. */
  readonly tasks: TaskConditions
  readonly identities: IdentitySource
  readonly admissions: Admissions
  /** Which roles hold where something of a space is acted on. */
  readonly roles: RoleSource
  readonly policies: PolicySource
  readonly attributes: AttributeSource
  readonly ledger: Ledger
  readonly connector: Connector
  /** Which tools may be shown and called as they are defined now. */
  readonly trust: ToolTrust
  readonly schemas: ToolSchemas
  readonly sanitising: (server: string) => SanitisingMode
  readonly clock: Clock
  readonly ids: Ids
  readonly digests: Digester
  readonly payloads: Payloads
  readonly usage: UsageMeter
  /** What agents were handed. */
  readonly labels: Labels
  readonly assurances: Assurances
  readonly finality: Finality
  readonly recordings: Recordings
  readonly approvals: Approvals
  readonly refusals: Refusals
  readonly crossings: Crossings
}

/** The runtime's own log, for the operator. Never a credential, never a payload. */
export interface Log {
  info(event: string, fields?: JsonObject): void
  warn(event: string, fields?: JsonObject): void
  error(event: string, fields?: JsonObject): void
}
