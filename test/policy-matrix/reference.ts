import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { isJsonObject } from '../../src/kernel/json/value.ts'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import type {
  Expression,
  PolicyNode,
  RequirementRule,
  TargetPattern,
  TargetRule,
} from '../../src/kernel/policy/language/syntax.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'

/**
 * The semantics of `docs/spec/policy-language.md` as plainly as it can be written: it walks the
 * tree, looks at every rule, knows no index, no closures and no sets of outcomes. The engine has to
 * agree with it.
 */
export interface ReferenceDecision {
  readonly effect: 'allow' | 'deny'
  readonly reason: string
}

export function referenceDecide(
  texts: readonly string[],
  request: PolicyRequest,
): ReferenceDecision {
  const trees = texts.map((text, index) => parsePolicyFile(`${index}.policy`, text).tree)
  const orders = trees.flatMap(({ declarations }) =>
    declarations.flatMap((it) => (it.kind === 'order' ? [it.labels.map((l) => l.text)] : [])),
  )
  const policies = trees.flatMap(({ policies }) => policies)
  const walk = (node: Expression) => condition(node, { orders, request, elements: {} })
  const rules = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })))
  const about = rules.filter(({ rule }) => rule.target?.some((it) => matches(it, request)))
  const holds = (rule: { guard?: Expression }) => (rule.guard ? walk(rule.guard) : true)

  const denies = about.filter(({ rule }) => rule.kind === 'deny').map(({ rule }) => holds(rule))
  const global = about.filter(({ rule }) => rule.kind === 'require').map(({ rule }) => rule)
  const unmet = global.some((rule) => !met(rule as RequirementRule, walk))
  const allows = about.filter(
    ({ rule, policy }) => rule.kind === 'allow' && holds(rule) === true && bound(policy, walk),
  )
  if (rules.length === 0) return { effect: 'deny', reason: 'nothing_loaded' }
  if (denies.includes(true)) return { effect: 'deny', reason: 'explicit_deny' }
  if (denies.includes('error')) return { effect: 'deny', reason: 'deny_on_error' }
  if (unmet) return { effect: 'deny', reason: 'requirement_unmet' }
  if (allows.length === 0) return { effect: 'deny', reason: 'default_deny' }
  return { effect: 'allow', reason: 'allowed' }
}

/** Every rule about a request, by looking at each of them. */
export function referenceMatches(
  rule: Pick<TargetRule, 'target'>,
  request: PolicyRequest,
): boolean {
  return rule.target.some((pattern) => matches(pattern, request))
}

type Outcome = boolean | 'error'
type Walk = (node: Expression) => Outcome

function met(rule: RequirementRule, walk: Walk): boolean {
  if (rule.guard !== undefined && walk(rule.guard) === false) return true
  return rule.requirements.every((it) => it.kind !== 'predicate' || walk(it.condition) === true)
}

function bound(policy: PolicyNode, walk: Walk): boolean {
  return policy.rules.every(
    (rule) => rule.kind !== 'require' || rule.target !== undefined || met(rule, walk),
  )
}

function matches({ operation, args }: TargetPattern, request: PolicyRequest): boolean {
  const [resource] = args ?? []
  return glob(operation.text, request.operation) && glob(resource?.text ?? '*', request.resource.id)
}

function glob(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

interface World {
  readonly orders: readonly (readonly string[])[]
  readonly request: PolicyRequest
  readonly elements: Readonly<Record<string, JsonValue>>
}

class Unknown extends Error {}

/** The value of an expression; throws when it has none. */
function value(node: Expression, world: World): JsonValue {
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'list':
      return node.items.map((item) => value(item, world))
    case 'path': {
      const roots: JsonObject = { ...world.request.attributes, ...world.elements }
      return [node.root, ...node.names].reduce<JsonValue>(
        (at, { text }) => attribute(at, text),
        roots,
      )
    }
    case 'arithmetic': {
      const sum = node.rest.reduce(
        (total, { operator, operand }) => {
          const next = number(value(operand, world))
          if (operator === '*') return total * next
          return operator === '+' ? total + next : total - next
        },
        number(value(node.first, world)),
      )
      return number(sum)
    }
    case 'call':
      if (node.name.text === 'count') return elements(node, world).filter((it) => sure(it())).length
      break
    default:
  }
  return sure(condition(node, world))
}

function condition(node: Expression, world: World): Outcome {
  try {
    return test(node, world)
  } catch (error) {
    if (error instanceof Unknown) return 'error'
    throw error
  }
}

function test(node: Expression, world: World): Outcome {
  switch (node.kind) {
    case 'not':
      return negate(condition(node.operand, world))
    case 'and':
      return all(node.operands.map((it) => () => condition(it, world)))
    case 'or':
      return any(node.operands.map((it) => () => condition(it, world)))
    case 'comparison':
      return compare(node, world)
    case 'in':
      return member(list(value(node.list, world)), value(node.item, world))
    case 'has':
      return present(
        value(node.subject, world),
        node.names.map(({ text }) => text),
      )
    case 'like':
      return like(node.pattern, text(value(node.subject, world)))
    case 'method':
      return method(node, world)
    case 'call':
      if (node.name.text === 'any') return any(elements(node, world))
      if (node.name.text === 'all') return all(elements(node, world))
      if (node.name.text === 'none') return negate(any(elements(node, world)))
  }
  if (['literal', 'path', 'list', 'arithmetic', 'call'].includes(node.kind)) {
    const found = value(node, world)
    if (typeof found === 'boolean') return found
  }
  throw new Unknown()
}

function method(node: Extract<Expression, { kind: 'method' }>, world: World): Outcome {
  const receiver = value(node.receiver, world)
  const arg = node.args[0] === undefined ? null : value(node.args[0], world)
  switch (node.name.text) {
    case 'contains':
      return member(list(receiver), arg)
    case 'containsAny':
      return any(each(list(receiver), list(arg)))
    case 'containsAll':
      return all(each(list(receiver), list(arg)))
    case 'isEmpty':
      return list(receiver).length === 0
    case 'startsWith':
      return text(receiver).startsWith(text(arg))
    case 'endsWith':
      return text(receiver).endsWith(text(arg))
  }
  return assert.fail(`no method ${node.name.text}`)
}

function each(items: readonly JsonValue[], sought: readonly JsonValue[]) {
  return sought.map((item) => () => member(items, item))
}

function elements(node: Extract<Expression, { kind: 'call' }>, world: World) {
  const [subject, lambda] = node.args
  assert.ok(subject !== undefined)
  return list(value(subject, world)).map((item) => (): Outcome => {
    if (lambda?.kind !== 'lambda') return true
    const within = { ...world.elements, [lambda.parameter.text]: item }
    return condition(lambda.body, { ...world, elements: within })
  })
}

function compare(node: Extract<Expression, { kind: 'comparison' }>, world: World): Outcome {
  const [a, b] = [value(node.left, world), value(node.right, world)]
  if (node.operator === '==') return same(a, b)
  if (node.operator === '!=') return negate(same(a, b))
  const [x, y] = typeof a === 'string' ? ranks(text(a), text(b), world) : [number(a), number(b)]
  if (node.operator === '<') return x < y
  if (node.operator === '<=') return x <= y
  return node.operator === '>' ? x > y : x >= y
}

function ranks(a: string, b: string, { orders }: World): readonly [number, number] {
  const [order, ...more] = orders.filter((labels) => labels.includes(a) && labels.includes(b))
  if (order === undefined || more.length > 0) throw new Unknown()
  return [order.indexOf(a), order.indexOf(b)]
}

function same(a: JsonValue, b: JsonValue): Outcome {
  const scalar = ['string', 'number', 'boolean'].includes(typeof a)
  return scalar && typeof a === typeof b ? a === b : 'error'
}

function member(items: readonly JsonValue[], item: JsonValue): Outcome {
  return any(items.map((it) => () => same(it, item)))
}

function all(outcomes: readonly (() => Outcome)[]): Outcome {
  const found = outcomes.map((outcome) => outcome())
  if (found.includes(false)) return false
  return found.includes('error') ? 'error' : true
}

function any(outcomes: readonly (() => Outcome)[]): Outcome {
  return negate(all(outcomes.map((outcome) => () => negate(outcome()))))
}

function negate(outcome: Outcome): Outcome {
  return outcome === 'error' ? 'error' : !outcome
}

function sure(outcome: Outcome): boolean {
  if (outcome === 'error') throw new Unknown()
  return outcome
}

function attribute(record: JsonValue, name: string): JsonValue {
  if (!isJsonObject(record) || !Object.hasOwn(record, name)) throw new Unknown()
  return record[name] ?? unknown()
}

function present(record: JsonValue, [name, ...rest]: readonly string[]): Outcome {
  if (name === undefined) return true
  if (!isJsonObject(record)) throw new Unknown()
  const next = Object.hasOwn(record, name) ? (record[name] ?? null) : null
  return next === null ? false : present(next, rest)
}

function like(pattern: string, subject: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(subject)
}

function number(found: JsonValue): number {
  return typeof found === 'number' && Number.isFinite(found) ? found : unknown()
}

function text(found: JsonValue): string {
  return typeof found === 'string' ? found : unknown()
}

function list(found: JsonValue): readonly JsonValue[] {
  return Array.isArray(found) ? found : unknown()
}

function unknown(): never {
  throw new Unknown()
}
