import { unreachable } from '../../errors.ts'
import { canonicalSpelling } from '../../spelling.ts'
import { nearest } from '../../text/nearest.ts'
import { MAX_ELEMENTS, MAX_QUANTIFIER_NESTING } from '../language/bounds.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Span } from '../language/source.ts'
import type {
  CallNode,
  ComparisonNode,
  DuringNode,
  Expression,
  HasNode,
  LambdaNode,
  ListNode,
  Literal,
  MethodNode,
  Name,
} from '../language/syntax.ts'
import { QUANTIFIERS } from '../language/syntax.ts'
import { parseTimeWindow } from '../language/time-window.ts'
import { METHODS, ROOTS } from './builtins.ts'
import { checkHasPath, checkPath } from './check-path.ts'
import type { ExpressionContext } from './expression-context.ts'
import type { Frame } from './frame.ts'
import { OUTERMOST, withPresence } from './frame.ts'
import type { Orders } from './orders.ts'
import type { Type } from './types.ts'
import { ANY, BOOLEAN, compatible, NUMBER, typeText } from './types.ts'

/** Reports what can be seen to be wrong with a condition without a request. */
export function checkCondition(condition: Expression, context: ExpressionContext): void {
  new ExpressionChecker(context).expect('boolean', condition, OUTERMOST)
}

type Wanted = 'any' | 'boolean' | 'number' | 'string' | 'list' | 'sized'

const ARTICLES = {
  boolean: 'a boolean',
  number: 'a number',
  string: 'a string',
  list: 'a list',
  sized: 'a string or a list',
}

const USES = {
  boolean: 'a condition compares something: `… == …`',
  number: 'numbers stand without quotes: `15m`, `64KB`',
  string: 'texts stand in double quotes: "…"',
  list: 'lists stand in brackets: `[…, …]`',
  sized: 'only texts and lists have a length',
}

function fits(found: Type, wanted: Wanted): boolean {
  if (wanted === 'any' || found.kind === 'any') return true
  if (found.kind === 'label') return wanted === 'string' || wanted === 'sized'
  if (wanted === 'sized') return found.kind === 'string' || found.kind === 'list'
  return found.kind === wanted
}

class ExpressionChecker {
  private readonly context: ExpressionContext
  private readonly diagnostics: Diagnostics
  private readonly orders: Orders

  constructor(context: ExpressionContext) {
    this.context = context
    this.diagnostics = context.diagnostics
    this.orders = context.orders
  }

  expect(wanted: Wanted, node: Expression, frame: Frame): Type {
    const found = this.typeOf(node, frame)
    if (!fits(found, wanted) && wanted !== 'any')
      this.error(node, `expected ${ARTICLES[wanted]}, found ${typeText(found)}`, USES[wanted])
    return found
  }

  private typeOf(node: Expression, frame: Frame): Type {
    switch (node.kind) {
      case 'literal':
        return this.literal(node)
      case 'list':
        return this.list(node, frame)
      case 'path':
        return checkPath(node, frame, this.context)
      case 'not':
        this.expect('boolean', node.operand, frame)
        return BOOLEAN
      case 'and':
      case 'or': {
        const within = withPresence(frame, node.kind, node.operands)
        for (const operand of node.operands) this.expect('boolean', operand, within)
        return BOOLEAN
      }
      case 'comparison':
        return this.comparison(node, frame)
      case 'in':
        return this.membership(this.expect('list', node.list, frame), node.item, frame)
      case 'has':
        return this.has(node, frame)
      case 'like':
        this.expect('string', node.subject, frame)
        return BOOLEAN
      case 'during':
        return this.during(node, frame)
      case 'arithmetic':
        for (const operand of [node.first, ...node.rest.map((step) => step.operand)])
          this.expect('number', operand, frame)
        return NUMBER
      case 'method':
        return this.method(node, frame)
      case 'call':
        return this.call(node, frame)
      case 'lambda':
        this.error(
          node,
          '`|…|` stands only inside `any`, `all`, `none` and `count`',
          'write `any(list, |x| …)`',
        )
        return ANY
      default:
        return unreachable(node)
    }
  }

  private literal({ value, start, end }: Literal): Type {
    if (typeof value === 'string' && canonicalSpelling(value) !== value) {
      const hint = 'requests are compared without dot segments: `/a/../b` is read as `/b`'
      this.diagnostics.warning({
        at: { start, end },
        message: 'no request is spelt like this',
        hint,
      })
    }
    return { kind: typeof value as 'string' | 'number' | 'boolean' }
  }

  private list({ items, ...at }: ListNode, frame: Frame): Type {
    if (items.length > MAX_ELEMENTS)
      this.error(at, `list has more than ${MAX_ELEMENTS} elements`, 'split it, joined by `||`')
    const [first = ANY, ...more] = items.map((item) => this.expect('any', item, frame))
    return { kind: 'list', element: more.every((it) => it.kind === first.kind) ? first : ANY }
  }

  private comparison(node: ComparisonNode, frame: Frame): Type {
    const { operator, left, right } = node
    const a = this.typeOf(left, frame)
    const b = this.typeOf(right, frame)
    const ordered = operator !== '==' && operator !== '!='
    const kinds = [a.kind, b.kind]
    if (kinds.includes('list')) this.error(node, 'lists do not compare', 'use `containsAll`')
    else if (kinds.includes('record'))
      this.error(node, 'records do not compare', 'compare their attributes')
    else if (!compatible(a, b)) this.mismatch(node, a, b)
    else if (ordered && kinds.includes('boolean'))
      this.error(node, 'booleans have no order', 'compare with `==` or `!=`')
    else {
      this.label(right, a)
      this.label(left, b)
      if (ordered) this.labels([left, right])
    }
    return BOOLEAN
  }

  private mismatch(node: ComparisonNode, a: Type, b: Type): void {
    const labels = a.kind === 'label' && b.kind === 'label'
    const what = labels ? 'labels of different orders' : 'values of different types'
    this.error(node, `${what} do not compare`, `this compares ${typeText(a)} with ${typeText(b)}`)
  }

  /** A literal beside a label has to be one of the same order. */
  private label(node: Expression, beside: Type): void {
    if (beside.kind !== 'label' || node.kind !== 'literal' || typeof node.value !== 'string') return
    const labels = this.orders.labelsOf(beside.order) ?? []
    if (labels.includes(node.value)) return
    const hint = `its labels are ${labels.join(', ')}`
    this.error(node, `the order \`${beside.order}\` has no label \`${node.value}\``, hint)
  }

  private labels(operands: readonly Expression[]): void {
    for (const node of operands) {
      if (node.kind !== 'literal' || typeof node.value !== 'string') continue
      if (this.orders.has(node.value)) continue
      const hint = 'strings have no order; labels have: `order name { low < high }`'
      this.error(node, `no declared order holds the label \`${node.value}\``, hint)
    }
  }

  private membership(list: Type, item: Expression, frame: Frame): Type {
    const type = this.expect('any', item, frame)
    const element = list.kind === 'list' && item.kind === 'path' ? list.element : ANY
    if (!compatible(type, element))
      this.error(
        item,
        `a list of ${typeText(element)} cannot hold ${typeText(type)}`,
        'this would never be found',
      )
    this.heldLabels([item], list)
    return BOOLEAN
  }

  /** What is looked for in a list of labels has to be one of their order. */
  private heldLabels(sought: readonly Expression[], list: Type): void {
    if (list.kind === 'list') for (const node of sought) this.label(node, list.element)
  }

  private has(node: HasNode, frame: Frame): Type {
    const subject = this.typeOf(node.subject, frame)
    if (subject.kind !== 'any' && subject.kind !== 'record')
      this.error(node.subject, 'only records have attributes', 'write `args has path`')
    else checkHasPath(node, subject, this.context)
    return BOOLEAN
  }

  private during({ subject, window, ...at }: DuringNode, frame: Frame): Type {
    this.expect('number', subject, frame)
    const read = parseTimeWindow(window)
    const hint = 'write `Mon-Fri 09:00-17:30 Europe/Vienna` or `2026-12-24..2026-12-26`'
    if (typeof read === 'string') this.error(at, read, hint)
    return BOOLEAN
  }

  private method(node: MethodNode, frame: Frame): Type {
    const { name, receiver, args } = node
    const method = METHODS.get(name.text)
    if (method === undefined) {
      this.unknown('method', name, METHODS.keys())
      return ANY
    }
    const found = this.expect(method.receiver, receiver, frame)
    if (args.length !== method.args.length)
      this.error(
        node,
        `\`${name.text}\` takes ${amount(method.args.length)}, found ${args.length}`,
        `write \`.${name.text}(${method.args.map(() => '…').join(', ')})\``,
      )
    for (const [index, arg] of args.entries()) {
      const wanted = method.args[index] ?? 'any'
      if (wanted === 'element') this.membership(found, arg, frame)
      else this.expect(wanted, arg, frame)
      if (arg.kind === 'list') this.heldLabels(arg.items, found)
    }
    return { kind: method.result }
  }

  private call(node: CallNode, frame: Frame): Type {
    const { name, args } = node
    if (!QUANTIFIERS.includes(name.text)) {
      this.unknown('function', name, QUANTIFIERS)
      return ANY
    }
    const [list, lambda, ...more] = args
    const bare = name.text === 'count' && args.length === 1
    if (list === undefined || more.length > 0 || !(bare || lambda?.kind === 'lambda')) {
      const usage = `\`${name.text}(list, |x| …)\``
      this.error(node, `\`${name.text}\` takes a list and a condition: ${usage}`, `write ${usage}`)
      return ANY
    }
    const type = this.expect('list', list, frame)
    const element = type.kind === 'list' ? type.element : ANY
    if (lambda?.kind === 'lambda') this.lambda(lambda, element, frame)
    return name.text === 'count' ? NUMBER : BOOLEAN
  }

  private lambda({ parameter, body, ...at }: LambdaNode, element: Type, frame: Frame): void {
    const { elements } = frame
    if (elements.size >= MAX_QUANTIFIER_NESTING)
      this.error(
        at,
        `quantifiers are nested deeper than ${MAX_QUANTIFIER_NESTING} levels`,
        'let the request bring what the inner one works out',
      )
    if (ROOTS.includes(parameter.text) || elements.has(parameter.text))
      this.error(parameter, `\`${parameter.text}\` is taken`, 'give the element a name of its own')
    this.expect('boolean', body, {
      ...frame,
      elements: new Map([...elements, [parameter.text, element]]),
    })
  }

  private unknown(what: string, name: Name, known: Iterable<string>): void {
    const names = [...known]
    const near = nearest(name.text, names)
    const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean \`${near}\`?`
    this.error(name, `unknown ${what} \`${name.text}\``, hint)
  }

  private error(at: Span, message: string, hint: string): void {
    this.diagnostics.error({ at, message, hint })
  }
}

function amount(count: number): string {
  return count === 1 ? 'one argument' : `${count === 0 ? 'no' : count} arguments`
}
