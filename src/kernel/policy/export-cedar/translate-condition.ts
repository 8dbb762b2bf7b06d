import { unreachable } from '../../errors.ts'
import type {
  ComparisonNode,
  Expression,
  HasNode,
  Literal,
  MethodNode,
} from '../language/syntax.ts'
import { attribute, has, likePattern, pathText, quoted } from './cedar-text.ts'
import { Inexpressible } from './inexpressible.ts'

/** What requests have to be like for the translation to be exact; collected while translating. */
export type Assumptions = Set<string>

/**
 * A condition in Cedar. INVARIANT: where Cedar finds it true it is true in ours, and where false,
 * false, under the assumptions; Cedar may find an error where ours comes to an answer. That is what
 * makes a permit, and the negation of a deny in a permit, never allow more than ours does.
 *
 * Cedar's `==` between different types is false where ours is unknown, so each comparison first
 * does with its operand what only a value of the right type bears.
 */
export function translateCondition(node: Expression, assume: Assumptions): string {
  const translate = (part: Expression) => translateCondition(part, assume)
  switch (node.kind) {
    case 'not':
      return `!(${translate(node.operand)})`
    case 'and':
    case 'or':
      return `(${node.operands.map(translate).join(node.kind === 'and' ? ' && ' : ' || ')})`
    case 'comparison':
      return comparison(node, assume)
    case 'in':
      return membership(node.list, node.item, assume)
    case 'has':
      return presence(node)
    case 'like':
      return `(${operand(node.subject)} like ${likePattern(piecesOf(node.pattern))})`
    case 'method':
      return method(node, assume)
    case 'path':
      return pathText(node)
    case 'literal':
      if (typeof node.value === 'boolean') return String(node.value)
      throw new Inexpressible(node, 'this is no condition')
    case 'during':
    case 'call':
    case 'lambda':
    case 'list':
    case 'arithmetic':
      throw new Inexpressible(node, NO_WORDS[node.kind])
    default:
      return unreachable(node)
  }
}

const NO_WORDS = {
  during: 'Cedar has no windows of time',
  call: 'Cedar has no quantifiers',
  lambda: 'Cedar has no quantifiers',
  list: 'a list is no condition',
  arithmetic: 'Cedar computes with 64 bits, and fails where ours rounds',
}

function comparison({ operator, left, right, ...at }: ComparisonNode, assume: Assumptions): string {
  const [a, b] = [operand(left), operand(right)]
  if (operator !== '==' && operator !== '!=') {
    for (const side of [left, right])
      if (side.kind === 'literal' && typeof side.value !== 'number')
        throw new Inexpressible({ start: at.start, end: at.end }, 'Cedar has no order of labels')
    return `(${a} ${operator} ${b})`
  }
  const literal = [left, right].find((side) => side.kind === 'literal')
  if (literal === undefined)
    assume.add(`${a} and ${b} are two strings, two integers or two booleans`)
  const bearing = [left, right].flatMap((side) => bears(side, literal))
  return `(${[...bearing, `${a} ${operator} ${b}`].join(' && ')})`
}

/** Fails in Cedar unless the operand is of the type of the literal. */
function bears(side: Expression, literal: Literal | undefined): readonly string[] {
  if (literal === undefined) return []
  if (side.kind === 'literal') {
    if (typeof side.value === typeof literal.value) return []
    throw new Inexpressible(side, 'the two are of different types')
  }
  const text = operand(side)
  switch (typeof literal.value) {
    case 'string':
      return [`${text} like "*"`]
    case 'number':
      return [`${text} <= ${MAX_LONG}`]
    default:
      return [`(${text} || true)`]
  }
}

const MAX_LONG = '9223372036854775807'

function membership(list: Expression, item: Expression, assume: Assumptions): string {
  const sought = operand(item)
  if (list.kind !== 'list') {
    const within = operand(list)
    assumeList(within, assume)
    return `${within}.contains(${sought})`
  }
  const first = sameTyped(list)
  return `(${[...bears(item, first), `${listText(list)}.contains(${sought})`].join(' && ')})`
}

/** The first literal of a list of literals of one type. */
function sameTyped(list: Extract<Expression, { kind: 'list' }>): Literal {
  const [first] = list.items
  const type = first?.kind === 'literal' ? typeof first.value : undefined
  const even = list.items.every((it) => it.kind === 'literal' && typeof it.value === type)
  if (first?.kind === 'literal' && even) return first
  throw new Inexpressible(list, 'the list holds other things than literals of one type')
}

function assumeList(text: string, assume: Assumptions): void {
  assume.add(`${text} holds at most 1000 elements, all of the type that is looked for`)
}

function presence({ subject, names }: HasNode): string {
  let within = operand(subject)
  const steps = names.map((name) => {
    const step = has(within, name)
    within = attribute(within, name)
    return step
  })
  return `(${steps.join(' && ')})`
}

function method({ receiver, name, args, ...at }: MethodNode, assume: Assumptions): string {
  const [argument] = args
  const place = { start: at.start, end: at.end }
  if (name.text === 'contains' && argument !== undefined)
    return membership(receiver, argument, assume)
  if (name.text === 'isEmpty') {
    const list = operand(receiver)
    assumeList(list, assume)
    return `${list}.isEmpty()`
  }
  if ((name.text === 'containsAny' || name.text === 'containsAll') && argument !== undefined) {
    const written = [receiver, argument].flatMap((list) => (list.kind === 'list' ? [list] : []))
    const [one, other] = written.map(sameTyped)
    if (one !== undefined && other !== undefined) bears(one, other)
    for (const list of [receiver, argument])
      if (list.kind !== 'list') assumeList(operand(list), assume)
    return `${operand(receiver)}.${name.text}(${operand(argument)})`
  }
  const text = argument?.kind === 'literal' ? argument.value : undefined
  if (name.text === 'startsWith' && typeof text === 'string')
    return `(${operand(receiver)} like ${likePattern([text, ''])})`
  if (name.text === 'endsWith' && typeof text === 'string')
    return `(${operand(receiver)} like ${likePattern(['', text])})`
  throw new Inexpressible(place, `Cedar has no such \`${name.text}\``)
}

/** A value: an attribute, a literal, a list of literals. */
function operand(node: Expression): string {
  switch (node.kind) {
    case 'path':
      return pathText(node)
    case 'literal':
      return literalText(node)
    case 'list':
      return listText(node)
    case 'during':
    case 'call':
    case 'lambda':
    case 'arithmetic':
      throw new Inexpressible(node, NO_WORDS[node.kind])
    default:
      throw new Inexpressible(node, 'a condition is no value in the exported fragment')
  }
}

function listText({ items }: Extract<Expression, { kind: 'list' }>): string {
  return `[${items.map(operand).join(', ')}]`
}

function literalText(node: Literal): string {
  const { value } = node
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  throw new Inexpressible(node, 'Cedar has no numbers with a fraction')
}

/** What stands between the stars of a pattern; a backslash makes a star or a backslash plain. */
function piecesOf(pattern: string): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  for (const [part] of pattern.matchAll(/\\[*\\]|./gsu)) {
    if (part !== '*') piece += part.length === 2 && part.startsWith('\\') ? part.slice(1) : part
    else {
      pieces.push(piece)
      piece = ''
    }
  }
  return [...pieces, piece]
}
