import { unreachable } from '../../errors.ts'
import { canonicalSpelling } from '../../spelling.ts'
import { nearest } from '../../text/nearest.ts'
import { MAX_ELEMENTS, MAX_QUANTIFIER_NESTING } from '../language/bounds.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type {
  CallNode,
  ComparisonNode,
  Expression,
  HasNode,
  Literal,
  MethodNode,
  Name,
  PathNode,
} from '../language/syntax.ts'
import { QUANTIFIERS } from '../language/syntax.ts'
import type { Orders } from './orders.ts'
import type { StaticType } from './vocabulary.ts'
import { isPrototypeName, METHODS, ROOTS } from './vocabulary.ts'

export interface ExpressionContext {
  readonly diagnostics: Diagnostics
  readonly orders: Orders
}

/** Reports what can be seen to be wrong with a condition without a request. */
export function checkCondition(condition: Expression, context: ExpressionContext): void {
  new ExpressionChecker(context).expect('boolean', condition, [])
}

/** Names that quantifiers around an expression have given to their elements. */
type Elements = readonly string[]

const ARTICLES = { boolean: 'a boolean', number: 'a number', string: 'a string', list: 'a list' }

class ExpressionChecker {
  private readonly diagnostics: Diagnostics
  private readonly orders: Orders

  constructor({ diagnostics, orders }: ExpressionContext) {
    this.diagnostics = diagnostics
    this.orders = orders
  }

  expect(wanted: StaticType, node: Expression, elements: Elements): void {
    const found = this.typeOf(node, elements)
    if (wanted === 'any' || found === 'any' || wanted === found) return
    const message = `expected ${ARTICLES[wanted]}, found ${ARTICLES[found]}`
    this.diagnostics.error({ at: node, message })
  }

  private typeOf(node: Expression, elements: Elements): StaticType {
    switch (node.kind) {
      case 'literal':
        return this.literal(node)
      case 'list':
        if (node.items.length > MAX_ELEMENTS)
          this.error(node, `list has more than ${MAX_ELEMENTS} elements`)
        for (const item of node.items) this.expect('any', item, elements)
        return 'list'
      case 'path':
        return this.path(node, elements)
      case 'not':
        this.expect('boolean', node.operand, elements)
        return 'boolean'
      case 'and':
      case 'or':
        for (const operand of node.operands) this.expect('boolean', operand, elements)
        return 'boolean'
      case 'comparison':
        return this.comparison(node, elements)
      case 'in':
        this.expect('any', node.item, elements)
        this.expect('list', node.list, elements)
        return 'boolean'
      case 'has':
        return this.has(node, elements)
      case 'like':
        this.expect('string', node.subject, elements)
        return 'boolean'
      case 'arithmetic':
        for (const operand of [node.first, ...node.rest.map((step) => step.operand)])
          this.expect('number', operand, elements)
        return 'number'
      case 'method':
        return this.method(node, elements)
      case 'call':
        return this.call(node, elements)
      case 'lambda':
        this.error(node, '`|…|` stands only inside `any`, `all`, `none` and `count`')
        return 'any'
      default:
        return unreachable(node)
    }
  }

  private literal({ value, start, end }: Literal): StaticType {
    if (typeof value === 'string' && canonicalSpelling(value) !== value) {
      const hint = 'requests are compared without dot segments: `/a/../b` is read as `/b`'
      this.diagnostics.warning({
        at: { start, end },
        message: 'no request is spelt like this',
        hint,
      })
    }
    return typeof value as 'string' | 'number' | 'boolean'
  }

  private path(node: PathNode, elements: Elements): StaticType {
    const { root, names } = node
    if (!elements.includes(root.text) && !ROOTS.includes(root.text))
      this.unknownRoot(root, elements)
    this.attributeNames(names)
    return 'any'
  }

  private unknownRoot(root: Name, elements: Elements): void {
    const near = nearest(root.text, [...elements, ...ROOTS])
    const hint = near === undefined ? `roots are ${ROOTS.join(', ')}` : `did you mean \`${near}\`?`
    this.error(root, `unknown root \`${root.text}\``, hint)
  }

  private attributeNames(names: readonly Name[]): void {
    for (const name of names)
      if (isPrototypeName(name.text))
        this.error(
          name,
          `\`${name.text}\` cannot be the name of an attribute`,
          'every object has it',
        )
  }

  private comparison(node: ComparisonNode, elements: Elements): StaticType {
    const { operator, left, right } = node
    const types = [this.typeOf(left, elements), this.typeOf(right, elements)] as const
    const ordered = operator !== '==' && operator !== '!='
    if (types.includes('list')) this.error(node, 'lists do not compare', 'use `containsAll`')
    else if (types[0] !== types[1] && !types.includes('any'))
      this.error(node, 'values of different types do not compare')
    else if (ordered && types.includes('boolean')) this.error(node, 'booleans have no order')
    else if (ordered) this.labels([left, right])
    return 'boolean'
  }

  private labels(operands: readonly Expression[]): void {
    for (const node of operands) {
      if (node.kind !== 'literal' || typeof node.value !== 'string') continue
      if (this.orders.has(node.value)) continue
      const hint = 'strings have no order; labels have: `order name { low < high }`'
      this.error(node, `no declared order holds the label \`${node.value}\``, hint)
    }
  }

  private has(node: HasNode, elements: Elements): StaticType {
    const subject = this.typeOf(node.subject, elements)
    if (subject !== 'any') this.error(node.subject, 'only records have attributes')
    this.attributeNames(node.names)
    return 'boolean'
  }

  private method(node: MethodNode, elements: Elements): StaticType {
    const { name, receiver, args } = node
    const method = METHODS.get(name.text)
    if (method === undefined) {
      this.unknown('method', name, METHODS.keys())
      return 'any'
    }
    this.expect(method.receiver, receiver, elements)
    if (args.length !== method.args.length)
      this.error(node, `\`${name.text}\` takes ${amount(method.args.length)}, found ${args.length}`)
    for (const [index, arg] of args.entries())
      this.expect(method.args[index] ?? 'any', arg, elements)
    return 'boolean'
  }

  private call(node: CallNode, elements: Elements): StaticType {
    const { name, args } = node
    if (!QUANTIFIERS.includes(name.text)) {
      this.unknown('function', name, QUANTIFIERS)
      return 'any'
    }
    const [list, lambda, ...more] = args
    const bare = name.text === 'count' && args.length === 1
    if (list === undefined || more.length > 0 || !(bare || lambda?.kind === 'lambda')) {
      this.error(
        node,
        `\`${name.text}\` takes a list and a condition: \`${name.text}(list, |x| …)\``,
      )
      return 'any'
    }
    this.expect('list', list, elements)
    if (lambda?.kind === 'lambda') this.lambda(lambda, elements)
    return name.text === 'count' ? 'number' : 'boolean'
  }

  private lambda(node: Extract<Expression, { kind: 'lambda' }>, elements: Elements): void {
    const { parameter, body } = node
    if (elements.length >= MAX_QUANTIFIER_NESTING)
      this.error(node, `quantifiers are nested deeper than ${MAX_QUANTIFIER_NESTING} levels`)
    if (ROOTS.includes(parameter.text) || elements.includes(parameter.text))
      this.error(parameter, `\`${parameter.text}\` is taken`, 'give the element a name of its own')
    this.expect('boolean', body, [...elements, parameter.text])
  }

  private unknown(what: string, name: Name, known: Iterable<string>): void {
    const names = [...known]
    const near = nearest(name.text, names)
    const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean \`${near}\`?`
    this.error(name, `unknown ${what} \`${name.text}\``, hint)
  }

  private error(at: Expression | Name, message: string, hint?: string): void {
    this.diagnostics.error({ at, message, hint })
  }
}

function amount(count: number): string {
  return count === 1 ? 'one argument' : `${count === 0 ? 'no' : count} arguments`
}
