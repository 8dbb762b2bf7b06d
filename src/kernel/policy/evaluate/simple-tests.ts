import type { Orders } from '../check/orders.ts'
import type { ComparisonOperator, Expression, PathNode } from '../language/syntax.ts'
import { trimmed } from '../language/trimmed.ts'
import type { AttributeTable } from './attribute-table.ts'

/**
 * Tests of one attribute against constants. Most guards are nothing but these, joined by `&&`; they
 * are run as numbers, and on what they cannot judge the closures decide.
 */
export const TEST = {
  text: 0,
  otherText: 1,
  choice: 2,
  boolean: 3,
  number: 4,
  otherNumber: 5,
  below: 6,
  atMost: 7,
  above: 8,
  atLeast: 9,
  labelBelow: 10,
  labelAtMost: 11,
  labelAbove: 12,
  labelAtLeast: 13,
  element: 14,
  elements: 15,
} as const

/** Added to a test whose constant does not fit 32 bits: it is numbered, as texts are. */
export const LARGE = 16

/** Numbers a test takes: which one, the slot of the attribute, the constant. */
export const TEST_LENGTH = 3

/** Elements that are looked for in one guard: the bound of visits is then never in sight. */
const MAX_SOUGHT = 64

export interface GuardTests {
  /** `TEST_LENGTH` numbers each, all of which have to hold. */
  readonly codes: readonly number[]
  /** Is there nothing else in the guards? */
  readonly whole: boolean
}

interface Test {
  readonly kind: number
  readonly path: PathNode
  readonly operand: number | string | ReadonlySet<string> | ReadonlyMap<string, number>
}

/** The simple ones among the conjuncts of a rule's guards. */
export function simpleTests(
  guards: readonly { readonly node: Expression }[],
  orders: Orders,
  table: AttributeTable,
): GuardTests {
  const codes: number[] = []
  let whole = true
  for (const { node } of guards) {
    let sought = 0
    for (const conjunct of conjunctsOf(node)) {
      const test = testOf(conjunct, orders)
      // What is not simple may use up the visits, and then a search after it is an error.
      if (test === undefined) sought = Number.POSITIVE_INFINITY
      else if (looksInto(test)) sought += amount(test)
      if (test === undefined || (looksInto(test) && sought > MAX_SOUGHT)) whole = false
      else codes.push(...encoded(test, table))
    }
  }
  return { codes: trimmed(codes), whole }
}

/** Is there a test that holds for each of several elements? One list may hold them all. */
export function looksForSeveral({ codes }: GuardTests): boolean {
  return codes.some((code, at) => at % TEST_LENGTH === 0 && code === TEST.elements)
}

function conjunctsOf(node: Expression): readonly Expression[] {
  if (node.kind !== 'and') return [node]
  const { operands } = node
  return operands.some(({ kind }) => kind === 'and') ? operands.flatMap(conjunctsOf) : operands
}

function looksInto({ kind }: Test): boolean {
  return kind === TEST.element || kind === TEST.elements
}

function amount({ operand }: Test): number {
  return operand instanceof Set ? operand.size : 1
}

function encoded({ kind, path, operand }: Test, table: AttributeTable): readonly number[] {
  const names = path.names.map(({ text }) => text)
  const { slot } = table.attribute({ root: path.root.text, names })
  if (typeof operand === 'number') {
    const small = Object.is(operand | 0, operand)
    return small ? [kind, slot, operand] : [kind + LARGE, slot, table.numberOf(operand)]
  }
  if (operand instanceof Map) return [kind, slot, table.ranksOf(operand)]
  if (operand instanceof Set) {
    if (kind === TEST.choice) return [kind, slot, table.choiceOf(operand)]
    const numbers = [...operand].map((text) => table.elementOf(slot, text))
    return [kind, slot, table.elementsOf(numbers)]
  }
  if (typeof operand !== 'string') return []
  const number = kind === TEST.element ? table.elementOf(slot, operand) : table.textOf(operand)
  return [kind, slot, number]
}

function testOf(node: Expression, orders: Orders): Test | undefined {
  switch (node.kind) {
    case 'path':
      return { kind: TEST.boolean, path: node, operand: 1 }
    case 'not':
      return negated(testOf(node.operand, orders))
    case 'or':
      return either(node.operands.map((operand) => testOf(operand, orders)))
    case 'comparison':
      return comparisonTest(node, orders)
    case 'in':
      if (node.item.kind === 'path') return choiceTest(node.item, node.list)
      return elementTest(node.list, node.item)
    case 'method':
      if (node.name.text !== 'contains') return undefined
      if (node.receiver.kind === 'path') return elementTest(node.receiver, node.args[0])
      return choiceTest(node.args[0], node.receiver)
    default:
      return undefined
  }
}

function negated(test: Test | undefined): Test | undefined {
  if (test?.kind === TEST.boolean && typeof test.operand === 'number')
    return { ...test, operand: 1 - test.operand }
  if (test?.kind === TEST.text) return { ...test, kind: TEST.otherText }
  if (test?.kind === TEST.number) return { ...test, kind: TEST.otherNumber }
  return undefined
}

/** Alternatives about one attribute: one of several texts, or of several elements. */
function either(tests: readonly (Test | undefined)[]): Test | undefined {
  const [first, ...others] = tests
  if (first === undefined) return undefined
  const texts = new Set<string>()
  const searches = looksInto(first)
  for (const test of [first, ...others]) {
    if (test === undefined || pathText(test.path) !== pathText(first.path)) return undefined
    if (searches !== looksInto(test)) return undefined
    if (!searches && test.kind !== TEST.text && test.kind !== TEST.choice) return undefined
    if (typeof test.operand === 'string') texts.add(test.operand)
    else if (test.operand instanceof Set) for (const text of test.operand) texts.add(text)
  }
  return { kind: searches ? TEST.elements : TEST.choice, path: first.path, operand: texts }
}

function pathText({ root, names }: PathNode): string {
  return [root, ...names].map(({ text }) => text).join('.')
}

const NUMBER_TESTS: Readonly<Record<ComparisonOperator, number>> = {
  '==': TEST.number,
  '!=': TEST.otherNumber,
  '<': TEST.below,
  '<=': TEST.atMost,
  '>': TEST.above,
  '>=': TEST.atLeast,
}
const TEXT_TESTS: Readonly<Record<ComparisonOperator, number>> = {
  '==': TEST.text,
  '!=': TEST.otherText,
  '<': TEST.labelBelow,
  '<=': TEST.labelAtMost,
  '>': TEST.labelAbove,
  '>=': TEST.labelAtLeast,
}
const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function comparisonTest(
  { operator, left, right }: Extract<Expression, { kind: 'comparison' }>,
  orders: Orders,
): Test | undefined {
  if (left.kind === 'path' && right.kind === 'literal')
    return against(left, { operator, value: right.value }, orders)
  if (left.kind === 'literal' && right.kind === 'path')
    return against(right, { operator: MIRRORED[operator], value: left.value }, orders)
  return undefined
}

function against(
  path: PathNode,
  { operator, value }: { operator: ComparisonOperator; value: string | number | boolean },
  orders: Orders,
): Test | undefined {
  if (typeof value === 'number') return { kind: NUMBER_TESTS[operator], path, operand: value }
  if (typeof value === 'boolean') {
    const equal = operator === '=='
    return { kind: TEST.boolean, path, operand: Number(value === equal) }
  }
  const kind = TEXT_TESTS[operator]
  if (operator === '==' || operator === '!=') return { kind, path, operand: value }
  return { kind, path, operand: orders.ranksAround(value) }
}

function choiceTest(path: Expression | undefined, list: Expression): Test | undefined {
  if (path?.kind !== 'path' || list.kind !== 'list') return undefined
  const texts = list.items.flatMap((item) =>
    item.kind === 'literal' && typeof item.value === 'string' ? [item.value] : [],
  )
  if (texts.length === 0 || texts.length !== list.items.length) return undefined
  return { kind: TEST.choice, path, operand: new Set(texts) }
}

function elementTest(list: Expression, item: Expression | undefined): Test | undefined {
  if (list.kind !== 'path' || item?.kind !== 'literal' || typeof item.value !== 'string')
    return undefined
  return { kind: TEST.element, path: list, operand: item.value }
}
