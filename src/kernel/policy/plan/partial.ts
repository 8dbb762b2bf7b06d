import { unreachable } from '../../errors.ts'
import type { JsonValue } from '../../json/value.ts'
import type {
  ArithmeticNode,
  CallNode,
  ComparisonNode,
  Expression,
  HasNode,
  ListNode,
  MethodNode,
  PathNode,
} from '../language/syntax.ts'
import { below, has } from './evaluate-residual.ts'
import type { Reduced } from './fold.ts'
import { fold, foldTest, literal, truthOf } from './fold.ts'
import type { Known } from './known.ts'
import { BeyondBounds, canonicalPath, isPartlyUnknown, isUnknown } from './known.ts'
import { elementsOf } from './outcome.ts'
import type { Operand, OrderTest, Residual } from './residual.ts'
import { MAX_RESIDUAL_SIZE, UNKNOWN } from './residual.ts'
import { and, constant, isConstant, not, or } from './simplify.ts'

/** What a quantifier has at hand: an element of a known list, or any one of another. */
type Element = { readonly value: JsonValue } | undefined
/** Elements of the quantifiers around an expression, by name. */
type Elements = ReadonlyMap<string, Element>
type Pair = readonly [Operand, Operand]

const ARITHMETIC = { '+': 'add', '-': 'sub', '*': 'mul' } as const

/**
 * Evaluates a condition as far as it can be and leaves the rest: whatever the unknown turns out to
 * be, the residual comes out as the condition does.
 * @throws BeyondBounds when it would take more than `MAX_RESIDUAL_SIZE` nodes.
 */
export function reduce(condition: Expression, given: Given): Residual {
  return new Reduction(given).condition(condition, new Map())
}

export interface Given {
  readonly known: Known
  /** The labels of every declared order, lowest first. */
  readonly orders: readonly (readonly string[])[]
}

class Reduction {
  private readonly known: Known
  private readonly orders: Given['orders']
  private size = 0

  constructor({ known, orders }: Given) {
    this.known = known
    this.orders = orders
  }

  condition(node: Expression, elements: Elements): Residual {
    switch (node.kind) {
      case 'not':
        return not(this.condition(node.operand, elements))
      case 'and':
        return and(node.operands.map((operand) => this.condition(operand, elements)))
      case 'or':
        return or(node.operands.map((operand) => this.condition(operand, elements)))
      case 'comparison':
        return this.comparison(node, elements)
      case 'in':
        return this.member(node.item, node.list, elements)
      case 'has':
        return this.has(node, elements)
      case 'like': {
        const { pattern } = node
        return this.test([node.subject], elements, ([text]) => ({ op: 'like', text, pattern }))
      }
      case 'during': {
        const { window } = node
        return this.test([node.subject], elements, ([time]) => ({ op: 'during', time, window }))
      }
      case 'method':
        return this.method(node, elements)
      case 'call':
        if (node.name.text !== 'count') return this.quantified(node, elements)
        return this.boolean(node, elements)
      default:
        return this.boolean(node, elements)
    }
  }

  private operand(node: Expression, elements: Elements): Reduced {
    this.grow(1)
    switch (node.kind) {
      case 'literal':
        return literal(node.value)
      case 'list':
        return this.list(node, elements)
      case 'path':
        return this.path(node, elements)
      case 'arithmetic':
        return this.arithmetic(node, elements)
      case 'call':
        return node.name.text === 'count'
          ? this.count(node, elements)
          : truthOf(this.quantified(node, elements))
      case 'method':
        if (node.name.text !== 'length') return truthOf(this.method(node, elements))
        return this.computed([node.receiver], elements, ([of]) => ({ op: 'length', of }))
      default:
        return truthOf(this.condition(node, elements))
    }
  }

  /** A value where a condition is due: of any type but a boolean it is unknown. */
  private boolean(node: Expression, elements: Elements): Residual {
    const right = literal(true)
    return this.test([node], elements, ([left]) => ({ op: 'eq', left, right }))
  }

  private comparison({ operator, left, right }: ComparisonNode, elements: Elements): Residual {
    const compare = (make: (operands: Pair) => Residual) => this.test([left, right], elements, make)
    switch (operator) {
      case '==':
        return compare(([a, b]) => ({ op: 'eq', left: a, right: b }))
      case '!=':
        return not(compare(([a, b]) => ({ op: 'eq', left: a, right: b })))
      case '<':
        return compare(([a, b]) => this.order('lt', a, b))
      case '<=':
        return compare(([a, b]) => this.order('le', a, b))
      case '>':
        return compare(([a, b]) => this.order('lt', b, a))
      case '>=':
        return compare(([a, b]) => this.order('le', b, a))
      default:
        return unreachable(operator)
    }
  }

  /** With the orders that could hold both sides, as far as a side is known. */
  private order(op: OrderTest['op'], left: Operand, right: Operand): Residual {
    const known = [left, right].flatMap((side) => (side.op === 'value' ? [side.value] : []))
    const orders = this.orders.filter((labels) =>
      known.every((value) => typeof value === 'string' && labels.includes(value)),
    )
    if (orders.length === 0) return { op, left, right }
    this.grow(orders.reduce((size, labels) => size + labels.length, 0))
    return { op, left, right, orders }
  }

  private method(node: MethodNode, elements: Elements): Residual {
    const [argument] = node.args
    const operands = argument === undefined ? [node.receiver] : [node.receiver, argument]
    switch (node.name.text) {
      case 'contains':
        return argument === undefined ? UNKNOWN : this.member(argument, node.receiver, elements)
      case 'containsAny':
      case 'containsAll': {
        const op = node.name.text
        return this.test(operands, elements, ([list, items]) => ({ op, list, items }))
      }
      case 'isEmpty':
        return this.test(operands, elements, ([list]) => ({ op: 'isEmpty', list }))
      case 'startsWith':
      case 'endsWith': {
        const op = node.name.text
        return this.test(operands, elements, ([text, part]) => ({ op, text, part }))
      }
      case 'length':
        return this.boolean(node, elements)
      default:
        return UNKNOWN
    }
  }

  private member(item: Expression, list: Expression, elements: Elements): Residual {
    return this.test([item, list], elements, ([a, b]) => ({ op: 'in', item: a, list: b }))
  }

  /** A test on operands; unknown when one of them has no value. */
  private test(
    nodes: readonly Expression[],
    elements: Elements,
    make: (operands: Pair) => Residual,
  ): Residual {
    const operands = this.operands(nodes, elements)
    return operands === undefined ? UNKNOWN : foldTest(make(operands), operands)
  }

  private computed(
    nodes: readonly Expression[],
    elements: Elements,
    make: (operands: Pair) => Operand,
  ): Reduced {
    const operands = this.operands(nodes, elements)
    return operands === undefined ? undefined : fold(make(operands), operands)
  }

  /** One operand stands in both places. */
  private operands(nodes: readonly Expression[], elements: Elements): Pair | undefined {
    const operands = nodes.map((node) => this.operand(node, elements))
    const [first, second] = operands.length === 1 ? [operands[0], operands[0]] : operands
    return first === undefined || second === undefined ? undefined : [first, second]
  }

  private quantified({ name, args }: CallNode, elements: Elements): Residual {
    const [subject, lambda] = args
    if (subject === undefined || lambda?.kind !== 'lambda') return UNKNOWN
    const op = name.text === 'all' ? 'all' : 'any'
    const body = (element: Element) =>
      this.condition(lambda.body, new Map([...elements, [lambda.parameter.text, element]]))
    const list = this.operand(subject, elements)
    let outcome: Residual = UNKNOWN
    if (list?.op === 'value') {
      const parts = elementsOf(list.value)?.map((value) => body({ value }))
      if (parts !== undefined) outcome = op === 'any' ? or(parts) : and(parts)
    } else if (list !== undefined)
      outcome = { op, list, as: lambda.parameter.text, where: body(undefined) }
    return name.text === 'none' ? not(outcome) : outcome
  }

  private count({ args }: CallNode, elements: Elements): Reduced {
    const [subject, lambda] = args
    const list = subject && this.operand(subject, elements)
    if (list === undefined) return undefined
    if (lambda?.kind !== 'lambda') return fold({ op: 'count', list }, [list])
    const as = lambda.parameter.text
    const body = (element: Element) =>
      this.condition(lambda.body, new Map([...elements, [as, element]]))
    if (list.op === 'value') {
      const parts = elementsOf(list.value)?.map((value) => body({ value }))
      if (parts === undefined || parts.some(({ op }) => op === 'unknown')) return undefined
      if (parts.every(isConstant)) return literal(parts.filter(({ op }) => op === 'true').length)
    }
    return { op: 'count', list, filter: { as, where: body(undefined) } }
  }

  private list({ items }: ListNode, elements: Elements): Reduced {
    const operands = items.map((item) => this.operand(item, elements))
    const present = operands.filter((operand) => operand !== undefined)
    return present.length < operands.length ? undefined : fold({ op: 'list', of: present }, present)
  }

  private arithmetic({ first, rest }: ArithmeticNode, elements: Elements): Reduced {
    let left = this.operand(first, elements)
    for (const { operator, operand } of rest) {
      const right = this.operand(operand, elements)
      if (left === undefined || right === undefined) return undefined
      left = fold({ op: ARITHMETIC[operator], left, right }, [left, right])
    }
    return left
  }

  private path({ root, names }: PathNode, elements: Elements): Reduced {
    const rest = names.map(({ text }) => text)
    if (elements.has(root.text)) {
      const element = elements.get(root.text)
      if (element === undefined) return { op: 'element', name: root.text, path: rest }
      return this.value(below(element.value, rest))
    }
    const path = [root.text, ...rest]
    if (isUnknown(path, this.known) || isPartlyUnknown(path, this.known))
      return { op: 'attribute', path: canonicalPath(path) }
    return this.value(below(this.known.attributes, path))
  }

  private value(value: JsonValue | undefined): Reduced {
    if (Array.isArray(value)) this.grow(value.length)
    return value === undefined ? undefined : literal(value)
  }

  private has({ subject, names: nodes }: HasNode, elements: Elements): Residual {
    const of = this.operand(subject, elements)
    const names = nodes.map(({ text }) => text)
    if (of?.op === 'attribute') return this.hasBelow(of.path, names)
    if (of?.op === 'value') return constant(has(of.value, names))
    return of === undefined ? UNKNOWN : { op: 'has', of, names }
  }

  /** Of what is only partly unknown, the names may lead to what is known. */
  private hasBelow(path: readonly string[], names: readonly string[]): Residual {
    const symbolic: Residual = { op: 'has', of: { op: 'attribute', path }, names }
    if (isUnknown(path, this.known)) return symbolic
    const record = below(this.known.attributes, path)
    const steps = names.map((_, end) => [...path, ...names.slice(0, end + 1)])
    const isOpen = record === undefined || steps.some((step) => isUnknown(step, this.known))
    return isOpen ? symbolic : constant(has(record, names))
  }

  private grow(nodes: number): void {
    this.size += nodes
    if (this.size > MAX_RESIDUAL_SIZE) throw new BeyondBounds('the residual would be too large')
  }
}
