import type { JsonValue } from '../../json/value.ts'
import type { Orders } from '../check/orders.ts'
import type { Span } from '../language/source.ts'
import type {
  CallNode,
  ComparisonNode,
  Expression,
  JunctionNode,
  ListNode,
  MethodNode,
  PathNode,
} from '../language/syntax.ts'
import { arithmetic } from './arithmetic.ts'
import type { AttributeTable } from './attribute-table.ts'
import { equality, inequality, ordering } from './comparison.ts'
import { during } from './during.ts'
import { glob } from './glob.ts'
import { contains, containsEach, isEmpty, length, matching, textTest } from './membership.ts'
import { elementPath, has, rootPath } from './path.ts'
import { count, quantifier } from './quantifier.ts'
import type { Condition, Operand, Scope, Value } from './scope.ts'
import { absorb, FAILED, fail, OPEN, truthWithout, typeName } from './scope.ts'
import type { Truth } from './truth.ts'
import { and, ERROR, FALSE, not, or, TRUE, truthOf } from './truth.ts'

/** A checked condition as a closure. It reads nothing but its scope. */
export function compileCondition(
  condition: Expression,
  orders: Orders,
  table?: AttributeTable,
): Condition {
  return new Compiler(orders, table, []).condition(condition)
}

/** A checked path as a closure, for showing what it reads. */
export function compilePath(path: PathNode): Operand {
  return rootPath(path)
}

class Compiler {
  private readonly orders: Orders
  private readonly table: AttributeTable | undefined
  /** Names of the elements at hand, by depth. */
  private readonly elements: readonly string[]

  constructor(orders: Orders, table: AttributeTable | undefined, elements: readonly string[]) {
    this.orders = orders
    this.table = table
    this.elements = elements
  }

  condition(node: Expression): Condition {
    switch (node.kind) {
      case 'not': {
        const operand = this.condition(node.operand)
        return (scope) => not(operand(scope))
      }
      case 'and':
      case 'or':
        return this.junction(node)
      case 'comparison':
        return this.comparison(node)
      case 'in':
        return contains(this.operand(node.list), this.operand(node.item), node)
      case 'has':
        return has(this.operand(node.subject), node.names, node)
      case 'like':
        return matching(glob(node.pattern), this.operand(node.subject), node)
      case 'during':
        return during(this.operand(node.subject), node)
      case 'method':
        return this.method(node)
      case 'call':
        return this.quantified(node)
      case 'lambda':
        return never(node)
      default:
        return boolean(this.operand(node), node)
    }
  }

  private operand(node: Expression): Operand {
    switch (node.kind) {
      case 'literal': {
        const { value } = node
        return () => value
      }
      case 'list':
        return this.list(node)
      case 'path':
        return this.path(node)
      case 'arithmetic': {
        const rest = node.rest.map(({ operator, operand }) => ({
          operator,
          operand: this.operand(operand),
        }))
        return arithmetic(this.operand(node.first), rest, node)
      }
      case 'call':
        return node.name.text === 'count' ? this.count(node) : valueOfTruth(this.quantified(node))
      case 'method':
        if (node.name.text === 'length') return length(this.operand(node.receiver), node)
        return valueOfTruth(this.condition(node))
      default:
        return valueOfTruth(this.condition(node))
    }
  }

  private junction({ kind, operands }: JunctionNode): Condition {
    const conditions = operands.map((operand) => this.condition(operand))
    const combine = kind === 'and' ? and : or
    const settled = kind === 'and' ? FALSE : TRUE
    return (scope) => {
      const mark = scope.failures.length
      let truth: Truth = kind === 'and' ? TRUE : FALSE
      for (const condition of conditions) {
        truth = combine(truth, condition(scope))
        if (truth === settled) break
      }
      return absorb(scope, mark, truth)
    }
  }

  private comparison(node: ComparisonNode): Condition {
    const [left, right] = [this.operand(node.left), this.operand(node.right)]
    if (node.operator === '==') return equality(left, right, node)
    if (node.operator === '!=') return inequality(left, right, node)
    return ordering(node.operator, { left, right, at: node }, this.orders)
  }

  private method(node: MethodNode): Condition {
    const receiver = this.operand(node.receiver)
    const argument = this.argument(node, 0)
    switch (node.name.text) {
      case 'contains':
        return contains(receiver, argument, node)
      case 'containsAny':
        return containsEach('any', { list: receiver, items: argument, at: node })
      case 'containsAll':
        return containsEach('all', { list: receiver, items: argument, at: node })
      case 'isEmpty':
        return isEmpty(receiver, node)
      case 'startsWith':
        return textTest((text, part) => text.startsWith(part), {
          text: receiver,
          part: argument,
          at: node,
        })
      case 'endsWith':
        return textTest((text, part) => text.endsWith(part), {
          text: receiver,
          part: argument,
          at: node,
        })
      default:
        return never(node)
    }
  }

  private quantified(node: CallNode): Condition {
    const kind = node.name.text
    if (kind !== 'any' && kind !== 'all' && kind !== 'none') return never(node)
    return quantifier(kind, this.parts(node))
  }

  private count(node: CallNode): Operand {
    return count(this.parts(node))
  }

  private parts(node: CallNode) {
    const lambda = node.args[1]
    const depth = this.elements.length
    return {
      list: this.argument(node, 0),
      body:
        lambda?.kind === 'lambda'
          ? this.within(lambda.parameter.text).condition(lambda.body)
          : always,
      depth,
      at: node,
    }
  }

  private argument(node: MethodNode | CallNode, index: number): Operand {
    const argument = node.args[index]
    return argument === undefined ? valueOfTruth(never(node)) : this.operand(argument)
  }

  private within(element: string): Compiler {
    return new Compiler(this.orders, this.table, [...this.elements, element])
  }

  private path(node: PathNode): Operand {
    const depth = this.elements.indexOf(node.root.text)
    return depth === -1 ? rootPath(node, this.table) : elementPath(node, depth)
  }

  private list({ items }: ListNode): Operand {
    const operands = items.map((item) => this.operand(item))
    if (items.every(({ kind }) => kind === 'literal')) {
      const constant = items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []))
      return () => constant
    }
    return (scope) => {
      const values: JsonValue[] = []
      let open = false
      for (const operand of operands) {
        const value = operand(scope)
        if (value === FAILED) return FAILED
        if (value === OPEN) open = true
        else values.push(value)
      }
      return open ? OPEN : values
    }
  }
}

const always: Condition = () => TRUE

/** The checker lets no such node through; if one came, it would be an error and so a deny. */
function never(at: Span): Condition {
  return (scope) => {
    fail(scope, at, 'cannot be evaluated')
    return ERROR
  }
}

function boolean(operand: Operand, at: Span): Condition {
  return (scope) => {
    const value = operand(scope)
    if (typeof value === 'boolean') return truthOf(value)
    if (typeof value === 'symbol') return truthWithout(value)
    fail(scope, at, `expected a boolean, found ${typeName(value)}`)
    return ERROR
  }
}

function valueOfTruth(condition: Condition): Operand {
  return (scope: Scope): Value => {
    const truth = condition(scope)
    if (truth === TRUE) return true
    if (truth === FALSE) return false
    return truth === ERROR ? FAILED : OPEN
  }
}
