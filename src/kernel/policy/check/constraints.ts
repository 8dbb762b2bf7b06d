import type { ComparisonOperator, Expression, Literal, PathNode } from '../language/syntax.ts'
import type { Orders } from './orders.ts'

/** What one condition says of one attribute: `user.level >= 3`. */
interface Constraint {
  readonly path: string
  readonly operator: ComparisonOperator
  readonly value: Literal['value']
}

/** Comparisons of one attribute that are looked at together; more are taken to be possible. */
const MAX_CONSTRAINTS = 64

/** Can all of these hold of one request? False only where that is sure. */
export function compatibleConditions(conditions: readonly Expression[], orders: Orders): boolean {
  const byPath = new Map<string, Constraint[]>()
  const several: (readonly Constraint[])[] = []
  for (const condition of conditions) {
    const constraint = constraintOf(condition, false)
    if (constraint === undefined) continue
    const known = byPath.get(constraint.path)
    if (known === undefined) byPath.set(constraint.path, [constraint])
    else if (known.push(constraint) === 2) several.push(known)
  }
  return several.every((constraints) => satisfiable(constraints, orders))
}

/** The same with each of them turned round: then an `or` of them leaves nothing out. */
export function compatibleNegations(conditions: readonly Expression[], orders: Orders): boolean {
  const negated = conditions.map((operand) => ({
    ...{ kind: 'not', operand, start: operand.start, end: operand.end },
  })) as readonly Expression[]
  return compatibleConditions(negated, orders)
}

const NEGATED = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const
const FLIPPED = { '==': '==', '!=': '!=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' } as const

function constraintOf(node: Expression, negated: boolean): Constraint | undefined {
  if (node.kind === 'not') return constraintOf(node.operand, !negated)
  if (node.kind === 'path') return { path: textOf(node), operator: '==', value: !negated }
  if (node.kind !== 'comparison') return undefined
  const { left, right } = node
  const operator = negated ? NEGATED[node.operator] : node.operator
  if (left.kind === 'path' && right.kind === 'literal')
    return { path: textOf(left), operator, value: right.value }
  if (left.kind === 'literal' && right.kind === 'path')
    return { path: textOf(right), operator: FLIPPED[operator], value: left.value }
  return undefined
}

function textOf({ root, names }: PathNode): string {
  let text = root.text
  for (const name of names) text += `.${name.text}`
  return text
}

/**
 * The values named by the constraints cut all values into points and the gaps between them; one of
 * these meets all constraints, or none does. Labels are their ranks; gaps between texts hold any.
 */
function satisfiable(constraints: readonly Constraint[], orders: Orders): boolean {
  const [first, ...more] = constraints
  if (first === undefined || more.length === 0 || more.length >= MAX_CONSTRAINTS) return true
  const type = typeof first.value
  // Of a value of another type the comparison is unknown, so it is not true.
  if (more.some(({ value }) => typeof value !== type)) return false
  return candidates(constraints, orders).some((candidate) =>
    constraints.every((constraint) => meets(candidate, constraint, orders)),
  )
}

function candidates(constraints: readonly Constraint[], orders: Orders): readonly unknown[] {
  const values = constraints.map(({ value }) => value)
  if (typeof values[0] === 'boolean') return [true, false]
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  if (numbers.length > 0) {
    const between = numbers.map((value, index) => (value + (numbers[index + 1] ?? value + 2)) / 2)
    return [(numbers[0] ?? 0) - 1, ...numbers, ...between]
  }
  const labels = orders.names().flatMap((name) => orders.labelsOf(name) ?? [])
  return [...values, ...labels, OTHER_TEXT]
}

/** Stands for any text that no constraint and no order names. */
const OTHER_TEXT = '\u0000'

function meets(candidate: unknown, { operator, value }: Constraint, orders: Orders): boolean {
  if (operator === '==') return candidate === value
  if (operator === '!=') return candidate !== value
  const difference = differenceOf(candidate, value, orders)
  if (difference === undefined) return false
  if (operator === '<') return difference < 0
  if (operator === '>') return difference > 0
  return operator === '<=' ? difference <= 0 : difference >= 0
}

function differenceOf(a: unknown, b: unknown, orders: Orders): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return typeof a === 'string' && typeof b === 'string' ? orders.compare(a, b) : undefined
}
