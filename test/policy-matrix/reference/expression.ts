import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'
import { isJsonObject } from '../../../src/kernel/json/value.ts'
import type { Expression } from '../../../src/kernel/policy/language/syntax.ts'
import { during } from './during.ts'
import type { Outcome } from './outcome.ts'
import { all, any, negate, sure, Unknown, unknown } from './outcome.ts'

/** What an expression is read in. */
export interface World {
  readonly orders: readonly (readonly string[])[]
  readonly attributes: JsonObject
  /** Elements that quantifiers around it have at hand, by the names they gave them. */
  readonly elements: JsonObject
  /** Is told of each construct what it came to. */
  readonly seen: (construct: string, outcome: string) => void
}

/** Elements of a list that anything looks at; more are unknown. */
const MOST_ELEMENTS = 1_000

export function condition(node: Expression, world: World): Outcome {
  let outcome: Outcome = 'unknown'
  try {
    outcome = test(node, world)
  } catch (error) {
    if (!(error instanceof Unknown)) throw error
  }
  world.seen(constructOf(node), String(outcome))
  return outcome
}

function constructOf(node: Expression): string {
  if (node.kind === 'method' || node.kind === 'call') return node.name.text
  return node.kind === 'comparison' ? node.operator : node.kind
}

/** The value of an expression; throws when it has none. */
function value(node: Expression, world: World): JsonValue {
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'list':
      return node.items.map((item) => value(item, world))
    case 'path':
      return path([node.root.text, ...node.names.map(({ text }) => text)], world)
    case 'arithmetic':
      return sum(node, world)
    case 'method':
      if (node.name.text === 'length') return length(value(node.receiver, world))
      break
    case 'call':
      if (node.name.text === 'count') return elements(node, world).filter(sure).length
      break
    default:
  }
  return sure(condition(node, world))
}

function path([root = '', ...names]: readonly string[], world: World): JsonValue {
  const { args = null } = world.attributes
  const roots: JsonObject = { ...world.attributes, input: args, ...world.elements }
  return [root, ...names].reduce<JsonValue>(attribute, roots)
}

function sum(node: Extract<Expression, { kind: 'arithmetic' }>, world: World): number {
  return number(
    node.rest.reduce(
      (total, { operator, operand }) => {
        const next = number(value(operand, world))
        if (operator === '*') return total * next
        return operator === '+' ? total + next : total - next
      },
      number(value(node.first, world)),
    ),
  )
}

function test(node: Expression, world: World): Outcome {
  switch (node.kind) {
    case 'not':
      return negate(condition(node.operand, world))
    case 'and':
      return all(node.operands.map((it) => condition(it, world)))
    case 'or':
      return any(node.operands.map((it) => condition(it, world)))
    case 'comparison':
      return compare(node, world)
    case 'in':
      return member(list(value(node.list, world)), value(node.item, world))
    case 'has': {
      const names = node.names.map(({ text: name }) => name)
      return present(value(node.subject, world), names)
    }
    case 'like':
      return like(node.pattern, text(value(node.subject, world)))
    case 'during':
      return during(moment(value(node.subject, world)), node.window)
    case 'method':
      return method(node, world)
    case 'call':
      if (node.name.text === 'any') return any(elements(node, world))
      if (node.name.text === 'all') return all(elements(node, world))
      if (node.name.text === 'none') return negate(any(elements(node, world)))
  }
  return truth(value(node, world))
}

function method(node: Extract<Expression, { kind: 'method' }>, world: World): Outcome {
  if (node.name.text === 'length') return unknown()
  const receiver = value(node.receiver, world)
  const arg = node.args[0] === undefined ? null : value(node.args[0], world)
  switch (node.name.text) {
    case 'contains':
      return member(list(receiver), arg)
    case 'containsAny':
      return any(membersOf(list(receiver), list(arg)))
    case 'containsAll':
      return all(membersOf(list(receiver), list(arg)))
    case 'isEmpty':
      return list(receiver).length === 0
    case 'startsWith':
      return text(receiver).startsWith(text(arg))
    case 'endsWith':
      return text(receiver).endsWith(text(arg))
  }
  return assert.fail(`no method ${node.name.text}`)
}

function membersOf(items: readonly JsonValue[], sought: readonly JsonValue[]): readonly Outcome[] {
  return sought.map((item) => member(items, item))
}

function elements(node: Extract<Expression, { kind: 'call' }>, world: World): readonly Outcome[] {
  const [subject, lambda] = node.args
  assert.ok(subject !== undefined)
  return list(value(subject, world)).map((item) => {
    if (lambda?.kind !== 'lambda') return true
    const within = { ...world.elements, [lambda.parameter.text]: item }
    return condition(lambda.body, { ...world, elements: within })
  })
}

function compare(node: Extract<Expression, { kind: 'comparison' }>, world: World): Outcome {
  const [a, b] = [value(node.left, world), value(node.right, world)]
  if (node.operator === '==') return same(a, b)
  if (node.operator === '!=') return negate(same(a, b))
  const [x, y] = typeof a === 'string' ? ranks(a, text(b), world) : [number(a), number(b)]
  if (node.operator === '<') return x < y
  if (node.operator === '<=') return x <= y
  return node.operator === '>' ? x > y : x >= y
}

function ranks(a: string, b: string, { orders }: World): readonly [number, number] {
  const [order, ...more] = orders.filter((labels) => labels.includes(a) && labels.includes(b))
  if (order === undefined || more.length > 0) return unknown()
  return [order.indexOf(a), order.indexOf(b)]
}

/** Equality of two texts, two finite numbers or two truths; of anything else nothing is known. */
function same(a: JsonValue, b: JsonValue): Outcome {
  return isScalar(a) && isScalar(b) && typeof a === typeof b ? a === b : 'unknown'
}

function isScalar(found: JsonValue): boolean {
  return ['string', 'boolean'].includes(typeof found) || Number.isFinite(found)
}

function member(items: readonly JsonValue[], item: JsonValue): Outcome {
  return any(items.map((it) => same(it, item)))
}

function attribute(record: JsonValue, name: string): JsonValue {
  if (!isJsonObject(record) || !Object.hasOwn(record, name)) return unknown()
  return record[name] ?? unknown()
}

function present(record: JsonValue, [name, ...rest]: readonly string[]): Outcome {
  if (name === undefined) return true
  if (!isJsonObject(record)) return unknown()
  const next = Object.hasOwn(record, name) ? (record[name] ?? null) : null
  return next === null ? false : present(next, rest)
}

/** By trying every stretch that a star could stand for. A backslash makes a star plain. */
export function like(pattern: string, subject: string): boolean {
  if (pattern === '') return subject === ''
  if (pattern.startsWith('*'))
    return like(pattern.slice(1), subject) || (subject !== '' && like(pattern, subject.slice(1)))
  const escaped = /^\\[*\\]/u.test(pattern) ? 1 : 0
  const plain = pattern.slice(escaped, escaped + 1)
  return subject.startsWith(plain) && like(pattern.slice(escaped + 1), subject.slice(1))
}

function length(sized: JsonValue): number {
  return typeof sized === 'string' ? sized.length : list(sized).length
}

function truth(found: JsonValue): boolean {
  return typeof found === 'boolean' ? found : unknown()
}

function number(found: JsonValue): number {
  return typeof found === 'number' && Number.isFinite(found) ? found : unknown()
}

/** Milliseconds since the epoch, as far as dates go. */
function moment(found: JsonValue): number {
  return Math.abs(number(found)) <= 8.64e15 ? number(found) : unknown()
}

function text(found: JsonValue): string {
  return typeof found === 'string' ? found : unknown()
}

function list(found: JsonValue): readonly JsonValue[] {
  return Array.isArray(found) && found.length <= MOST_ELEMENTS ? found : unknown()
}
