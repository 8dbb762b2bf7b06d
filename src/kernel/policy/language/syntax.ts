import type { Span } from './source.ts'

/** The tree of one policy file, as written. Every node knows its place in the text. */
export interface PolicyFile {
  /** The vocabulary: what the policies of the whole set may name. */
  readonly declarations: readonly Declaration[]
  readonly policies: readonly PolicyNode[]
}

export type Declaration =
  | OrderNode
  | ClassNode
  | ApprovalNode
  | ObligationNode
  | TypeNode
  | OperationNode

/** `order classification { public < internal < confidential }`, lowest first. */
export interface OrderNode extends Span {
  readonly kind: 'order'
  readonly name: Name
  readonly labels: readonly Name[]
}

/**
 * `class bulk = ["crm.export_*", mail.send]`, `class slow when operation.expected_seconds > 60`, or
 * both; `resource class` names resources in the same way. At least one of the two is there.
 */
export interface ClassNode extends Span {
  readonly kind: 'class'
  readonly of: 'operations' | 'resources'
  readonly name: Name
  readonly members?: readonly Glob[]
  readonly condition?: Expression
}

/** `approval supervisor_approval { approver: role("supervisor"), ttl: 15m, not: requester }` */
export interface ApprovalNode extends Span {
  readonly kind: 'approval'
  readonly name: Name
  readonly settings: readonly ApprovalSetting[]
}

export interface ApprovalSetting extends Span {
  /** `approver`, `quorum`, `ttl`, `not`, `escalate`. */
  readonly name: Name
  readonly value: Expression
  /** What follows `after`, for `escalate`. */
  readonly after?: Expression
}

/** `obligation differential_privacy`, `obligation level in ["low", "high"]`, weakest first. */
export interface ObligationNode extends Span {
  readonly kind: 'obligation'
  readonly name: Name
  readonly values?: readonly Literal[]
}

/** `type user { clearance: classification, mfa?: bool }`: what a root of requests holds. */
export interface TypeNode extends Span {
  readonly kind: 'type'
  readonly root: Name
  readonly type: RecordType
}

/** `operation crm.update { id: string, fields?: {…} }`: an operation, and what its `args` hold. */
export interface OperationNode extends Span {
  readonly kind: 'operation'
  readonly name: Glob
  readonly args?: RecordType
}

export type FieldType =
  /** `string`, `number`, `bool`, `any`, or the name of an order. */
  | ({ readonly kind: 'named'; readonly name: string } & Span)
  | ({ readonly kind: 'list'; readonly element: FieldType } & Span)
  | RecordType

/** Closed: an attribute that is not declared does not exist; unless it ends `...`. */
export interface RecordType extends Span {
  readonly kind: 'record'
  readonly fields: readonly Field[]
  readonly open: boolean
}

export interface Field extends Span {
  readonly name: Name
  readonly optional: boolean
  readonly type: FieldType
}

export interface PolicyNode extends Span {
  readonly name: Name
  readonly annotations: readonly Annotation[]
  readonly attachments: readonly Attachment[]
  readonly rules: readonly Rule[]
}

/** What a policy can be attached to. */
export const ATTACHABLE = [
  ...['agents', 'roles', 'teams', 'spaces'],
  ...['tools', 'memory', 'hosts', 'models', 'routes'],
] as const

/** `policy p for agents("sales", "billing-*") { … }`: its rules are about these alone. */
export interface Attachment extends Span {
  readonly to: Name
  readonly names: readonly Glob[]
}

export type Rule = TargetRule | RequirementRule

export interface TargetRule extends Span {
  readonly kind: 'allow' | 'deny'
  readonly annotations: readonly Annotation[]
  readonly target: readonly TargetPattern[]
  readonly guard?: Expression
}

export interface RequirementRule extends Span {
  readonly kind: 'require' | 'audit'
  readonly annotations: readonly Annotation[]
  readonly requirements: readonly Requirement[]
  /** Absent: binds the allows of its own block. Present: binds every allow for the target. */
  readonly target?: readonly TargetPattern[]
  readonly guard?: Expression
}

/** `@name("text")` */
export interface Annotation extends Span {
  readonly name: Name
  readonly text?: string
}

export type Requirement =
  /** `session.secure_connection` */
  | ({ readonly kind: 'predicate'; readonly condition: Expression } & Span)
  /** `redact("email")`, `supervisor_approval` */
  | ({ readonly kind: 'named'; readonly name: Name; readonly args: readonly Expression[] } & Span)
  /** `audit_trail = "detailed"`, or in a record `audit_trail: "detailed"` */
  | ({ readonly kind: 'setting'; readonly name: Name; readonly value: Expression } & Span)

/** `slack.*`, `memory.read("CRM.customers")`, `*`. */
export interface TargetPattern extends Span {
  readonly operation: Glob
  /** What stands in parentheses; absent without them. */
  readonly args?: readonly Glob[]
}

/** A name, or the beginning of names when it ends in a star. */
export interface Glob extends Span {
  readonly text: string
  /** Written as a string, so that it names a thing and no class, whatever it looks like. */
  readonly quoted: boolean
}

export interface Name extends Span {
  readonly text: string
}

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*'

export type Expression =
  | Literal
  | ListNode
  | PathNode
  | NotNode
  | JunctionNode
  | ComparisonNode
  | InNode
  | HasNode
  | LikeNode
  | DuringNode
  | ArithmeticNode
  | MethodNode
  | CallNode
  | LambdaNode

/** Durations are numbers of milliseconds, sizes numbers of bytes. */
export interface Literal extends Span {
  readonly kind: 'literal'
  readonly value: string | number | boolean
}

export interface ListNode extends Span {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}

/** `principal.roles`: a root, or a quantifier's own name, and attributes below it. */
export interface PathNode extends Span {
  readonly kind: 'path'
  readonly root: Name
  readonly names: readonly Name[]
}

export interface NotNode extends Span {
  readonly kind: 'not'
  readonly operand: Expression
}

/** A whole chain of `&&` or `||`, flat. */
export interface JunctionNode extends Span {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Expression[]
}

export interface ComparisonNode extends Span {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}

export interface InNode extends Span {
  readonly kind: 'in'
  readonly item: Expression
  readonly list: Expression
}

/** `args has customer.email` */
export interface HasNode extends Span {
  readonly kind: 'has'
  readonly subject: Expression
  readonly names: readonly Name[]
}

export interface LikeNode extends Span {
  readonly kind: 'like'
  readonly subject: Expression
  readonly pattern: string
}

/** `context.time during "Mon-Fri 09:00-17:30 Europe/Vienna"` */
export interface DuringNode extends Span {
  readonly kind: 'during'
  readonly subject: Expression
  readonly window: string
}

/** A chain of one precedence, flat: `a + b - c`, or `a * b * c`. */
export interface ArithmeticNode extends Span {
  readonly kind: 'arithmetic'
  readonly first: Expression
  readonly rest: readonly { readonly operator: ArithmeticOperator; readonly operand: Expression }[]
}

export interface MethodNode extends Span {
  readonly kind: 'method'
  readonly receiver: Expression
  readonly name: Name
  readonly args: readonly Expression[]
}

export interface CallNode extends Span {
  readonly kind: 'call'
  readonly name: Name
  readonly args: readonly Expression[]
}

/** The functions there are, each over the elements of a list. */
export const QUANTIFIERS: readonly string[] = ['any', 'all', 'none', 'count']

/** `|d| d.level > 3` */
export interface LambdaNode extends Span {
  readonly kind: 'lambda'
  readonly parameter: Name
  readonly body: Expression
}
