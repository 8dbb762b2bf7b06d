import type {
  Expression,
  MethodNode,
  PolicyFile,
  PolicyNode,
  RequirementRule,
  TargetPattern,
  TargetRule,
} from '../../../src/kernel/policy/language/syntax.ts'

/** A Cedar policy by what it does and the place it says again: `forbid p.policy:4:3`. */
export type CedarPolicies = Record<string, string>

/** Something that Cedar has no words for, so that there is nothing to compare. */
export class OutsideFragment extends Error {
  override readonly name = 'OutsideFragment'
}

export interface TranslatedFile {
  readonly tree: PolicyFile
  /** Names the place of a node: `file:line:column`. */
  readonly placeOf: (offset: number) => string
}

/**
 * The common fragment in Cedar's words: allow and deny over operations and resources, `require`
 * with predicates, and conditions without quantifiers, `count`, `length` and `during`. Labels
 * compare with a literal label only. Settings, named obligations, approvals, classes, attachments
 * and annotations are outside.
 */
export function toCedar(files: readonly TranslatedFile[]): CedarPolicies {
  const orders = files.flatMap(({ tree }) => ordersOf(tree))
  const policies = files.flatMap(({ tree, placeOf }) =>
    tree.policies.flatMap((policy) => new Translation(orders, placeOf).policy(policy)),
  )
  return Object.fromEntries(policies)
}

type Orders = readonly (readonly string[])[]

function ordersOf(tree: PolicyFile): Orders {
  return tree.declarations.map((node) => {
    if (node.kind !== 'order') throw new OutsideFragment(node.kind)
    return node.labels.map(({ text }) => text)
  })
}

class Translation {
  private readonly orders: Orders
  private readonly placeOf: (offset: number) => string

  constructor(orders: Orders, placeOf: (offset: number) => string) {
    this.orders = orders
    this.placeOf = placeOf
  }

  policy(policy: PolicyNode): readonly (readonly [string, string])[] {
    if (policy.annotations.length + policy.attachments.length > 0)
      throw new OutsideFragment('a policy with more than rules')
    const binding = policy.rules.flatMap((rule) =>
      rule.kind === 'require' && rule.target === undefined ? [this.met(rule)] : [],
    )
    return policy.rules.flatMap((rule) => {
      switch (rule.kind) {
        case 'allow':
        case 'deny':
          return [this.deciding(rule, binding)]
        case 'require':
          return rule.target === undefined ? [] : this.forbidding(rule, rule.target)
        default:
          throw new OutsideFragment(rule.kind)
      }
    })
  }

  private deciding({ kind, target, guard, start }: TargetRule, binding: readonly string[]) {
    const own = guard === undefined ? [] : [this.expression(guard)]
    const effect = kind === 'allow' ? 'permit' : 'forbid'
    const conditions = kind === 'allow' ? [...own, ...binding] : own
    const text = statement(effect, target, conditions)
    return [`${effect} ${this.placeOf(start)}`, text] as const
  }

  /** Binds the permits of its policy: where its guard holds, its predicates have to. */
  private met(rule: RequirementRule): string {
    const predicates = this.predicates(rule).map(({ text }) => text)
    const all = predicates.map((text) => `(${text})`).join(' && ') || 'true'
    return rule.guard === undefined ? all : `!(${this.expression(rule.guard)}) || (${all})`
  }

  /** A requirement for a target is a forbid for each of its predicates, unless it holds. */
  private forbidding(rule: RequirementRule, target: readonly TargetPattern[]) {
    const guard = rule.guard === undefined ? [] : [this.expression(rule.guard)]
    return this.predicates(rule).map(
      ({ place, text }) =>
        [`forbid ${place}`, statement('forbid', target, [...guard, `!(${text})`])] as const,
    )
  }

  private predicates({ requirements }: RequirementRule) {
    return requirements.map((requirement) => {
      if (requirement.kind !== 'predicate') throw new OutsideFragment(requirement.kind)
      const { condition } = requirement
      return { place: this.placeOf(condition.start), text: this.expression(condition) }
    })
  }

  private expression(node: Expression): string {
    const inner = (part: Expression) => `(${this.expression(part)})`
    switch (node.kind) {
      case 'literal':
        return literal(node.value)
      case 'list':
        return `[${node.items.map(inner).join(', ')}]`
      case 'path':
        return [rootText(node.root.text), ...node.names.map(({ text }) => text)].join('.')
      case 'not':
        return `!${inner(node.operand)}`
      case 'and':
        return node.operands.map(inner).join(' && ')
      case 'or':
        return node.operands.map(inner).join(' || ')
      case 'comparison':
        return this.labelled(node) ?? `${inner(node.left)} ${node.operator} ${inner(node.right)}`
      case 'in':
        return `${inner(node.list)}.contains(${inner(node.item)})`
      case 'has':
        return `${inner(node.subject)} has ${node.names.map(({ text }) => text).join('.')}`
      case 'like':
        return `${inner(node.subject)} like ${pattern(node.pattern)}`
      case 'arithmetic':
        return node.rest.reduce(
          (sum, { operator, operand }) => `(${sum}) ${operator} ${inner(operand)}`,
          inner(node.first),
        )
      case 'method':
        return this.method(node)
      default:
        throw new OutsideFragment(node.kind)
    }
  }

  private method(node: MethodNode): string {
    const receiver = `(${this.expression(node.receiver)})`
    const [argument] = node.args
    switch (node.name.text) {
      case 'contains':
      case 'containsAny':
      case 'containsAll':
      case 'isEmpty':
        return `${receiver}.${node.name.text}(${argument ? this.expression(argument) : ''})`
      case 'startsWith':
        return `${receiver} like ${pattern(`${plain(argument)}*`)}`
      case 'endsWith':
        return `${receiver} like ${pattern(`*${plain(argument)}`)}`
      default:
        throw new OutsideFragment(node.name.text)
    }
  }

  /** `x < "internal"` is membership among the labels below it; Cedar has no order of labels. */
  private labelled(node: Extract<Expression, { kind: 'comparison' }>): string | undefined {
    const { operator, left, right } = node
    if (operator === '==' || operator === '!=') return undefined
    if (right.kind !== 'literal' || typeof right.value !== 'string') return undefined
    const label = right.value
    const [order, ...more] = this.orders.filter((labels) => labels.includes(label))
    if (order === undefined || more.length > 0) throw new OutsideFragment('label of two orders')
    const at = order.indexOf(label)
    const holding = order.filter((_, rank) => ORDERINGS[operator](rank, at)).map(literal)
    return `[${holding.join(', ')}].contains(${this.expression(left)})`
  }
}

const ORDERINGS = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
}

function statement(
  effect: 'permit' | 'forbid',
  target: readonly TargetPattern[],
  conditions: readonly string[],
): string {
  const about = target.map((pattern) => `(${headText(pattern)})`).join(' || ')
  const clauses = [about, ...conditions].map((text) => `when { ${text} }`)
  return `${effect} (principal, action, resource) ${clauses.join(' ')};`
}

function headText({ operation, args }: TargetPattern): string {
  const [resource] = args ?? []
  const tests = [nameTest('context.asked.operation', operation.text)]
  if (resource !== undefined) tests.push(nameTest('context.asked.resource', resource.text))
  return tests.join(' && ')
}

function nameTest(subject: string, name: string): string {
  return name.endsWith('*')
    ? `${subject} like ${pattern(`${name.slice(0, -1).replaceAll('\\', '\\\\')}*`)}`
    : `${subject} == ${literal(name)}`
}

function rootText(root: string): string {
  return root === 'principal' ? 'principal' : `context.${root}`
}

function literal(value: string | number | boolean): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new OutsideFragment('fractions')
  return String(value)
}

function plain(node: Expression | undefined): string {
  if (node?.kind !== 'literal' || typeof node.value !== 'string')
    throw new OutsideFragment('a text that is not known before')
  return node.value.replaceAll(/[\\*]/gu, '\\$&')
}

/** Our pattern in Cedar's: `\*` is a star in both, a backslash stands doubled in its strings. */
function pattern(text: string): string {
  return [...text.matchAll(/\\[*\\]|./gsu)]
    .map(([part]) => {
      if (part === '*') return '*'
      if (part === '\\*') return '\\*'
      return quoted(part === '\\\\' ? '\\' : part).slice(1, -1)
    })
    .join('')
    .replace(/^.*$/su, '"$&"')
}

function quoted(text: string): string {
  const escaped = [...text].map((character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    const code = character.codePointAt(0) ?? 0
    return code < 32 || code > 126 ? `\\u{${code.toString(16)}}` : character
  })
  return `"${escaped.join('')}"`
}
