import type { Span } from './source.ts'

/** The tree of one policy file, as written. Every node knows its place in the text. */
export interface PolicyFile {
  readonly orders: readonly OrderNode[]
  readonly policies: readonly PolicyNode[]
}

/** `order classification { public < internal < confidential }`, lowest first. */
export interface OrderNode extends Span {
  readonly name: Name
  readonly labels: readonly Name[]
}

export interface PolicyNode extends Span {
  readonly name: Name
  readonly annotations: readonly Annotation[]
  readonly rules: readonly Rule[]
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
  /** `audit_trail = "detailed"` */
  | ({ readonly kind: 'setting'; readonly name: Name; readonly value: Expression } & Span)

/** `slack.*`, `memory.read("CRM.customers")`, `*`. */
export interface TargetPattern extends Span {
  /** The operation; a trailing `*` stands for any rest. */
  readonly operation: string
  /** Written as a string, so that it names an operation whatever it looks like. */
  readonly quoted: boolean
  /** What stands in parentheses; absent without them. */
  readonly args?: readonly TargetArgument[]
}

export interface TargetArgument extends Span {
  readonly text: string
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
