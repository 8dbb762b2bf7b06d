import { unreachable } from '../../errors.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import { glob } from '../evaluate/glob.ts'
import { parseTimeWindow, timeWindowTest } from '../language/time-window.ts'
import type { Outcome, Read } from './outcome.ts'
import { elementsOf, every, isNumber, not, ordered, same, some } from './outcome.ts'
import type { Operand, Residual } from './residual.ts'

/** Elements of the quantifiers around an expression, by name. */
type Elements = ReadonlyMap<string, JsonValue>

const NO_ELEMENTS: Elements = new Map()

/**
 * What a residual comes out as for one thing: `undefined` is unknown. `attributes` holds by root
 * what was not known when the plan was made, `{ data: { owner: "ann" } }`.
 */
export function evaluateResidual(residual: Residual, attributes: JsonObject): Outcome {
  return new Evaluation(attributes).condition(residual, NO_ELEMENTS)
}

/** The value of an operand, if it has one. */
export function evaluateOperand(operand: Operand, attributes: JsonObject): Read {
  return new Evaluation(attributes).value(operand, NO_ELEMENTS)
}

class Evaluation {
  private readonly attributes: JsonObject

  constructor(attributes: JsonObject) {
    this.attributes = attributes
  }

  condition(node: Residual, elements: Elements): Outcome {
    const value = (operand: Operand) => this.value(operand, elements)
    switch (node.op) {
      case 'true':
        return true
      case 'false':
        return false
      case 'unknown':
        return undefined
      case 'and':
        return every(node.of, (it) => this.condition(it, elements))
      case 'or':
        return some(node.of, (it) => this.condition(it, elements))
      case 'not':
        return not(this.condition(node.of, elements))
      case 'isTrue':
        return this.condition(node.of, elements) === true
      case 'eq':
        return same(value(node.left), value(node.right))
      case 'lt':
      case 'le':
        return ordered(node, value(node.left), value(node.right))
      case 'in':
        return member(elementsOf(value(node.list)), value(node.item))
      case 'containsAny':
      case 'containsAll':
        return containsEach(node.op, value(node.list), value(node.items))
      case 'isEmpty':
        return isEmpty(elementsOf(value(node.list)))
      case 'startsWith':
        return texts(value(node.text), value(node.part), (text, part) => text.startsWith(part))
      case 'endsWith':
        return texts(value(node.text), value(node.part), (text, part) => text.endsWith(part))
      case 'like':
        return texts(value(node.text), '', glob(node.pattern))
      case 'during':
        return during(node, value(node.time))
      case 'has':
        return has(value(node.of), node.names)
      case 'any':
      case 'all':
        return this.quantified(node, elements)
      default:
        return unreachable(node)
    }
  }

  private quantified(node: Extract<Residual, { op: 'any' | 'all' }>, elements: Elements): Outcome {
    const list = elementsOf(this.value(node.list, elements))
    if (list === undefined) return undefined
    const test = (element: JsonValue) =>
      this.condition(node.where, new Map([...elements, [node.as, element]]))
    return node.op === 'any' ? some(list, test) : every(list, test)
  }

  value(node: Operand, elements: Elements): Read {
    switch (node.op) {
      case 'value':
        return node.value ?? undefined
      case 'attribute':
        return below(this.attributes, node.path)
      case 'element':
        return below(elements.get(node.name), node.path)
      case 'add':
      case 'sub':
      case 'mul':
        return finite(this.number(node, elements))
      case 'count':
        return this.count(node, elements)
      case 'length':
        return length(this.value(node.of, elements))
      case 'list':
        return allOf(node.of.map((item) => this.value(item, elements)))
      case 'truth':
        return this.condition(node.of, elements)
      default:
        return unreachable(node)
    }
  }

  /** Within a sum, infinity may stand for a while: it never becomes finite again. */
  private number(node: Operand, elements: Elements): number {
    if (node.op !== 'add' && node.op !== 'sub' && node.op !== 'mul') {
      const value = this.value(node, elements)
      return isNumber(value) ? value : Number.NaN
    }
    const [a, b] = [this.number(node.left, elements), this.number(node.right, elements)]
    if (node.op === 'mul') return a * b
    return node.op === 'add' ? a + b : a - b
  }

  private count({ list, filter }: Extract<Operand, { op: 'count' }>, elements: Elements): Read {
    const found = elementsOf(this.value(list, elements))
    if (found === undefined || filter === undefined) return found?.length
    const outcomes = found.map((element) =>
      this.condition(filter.where, new Map([...elements, [filter.as, element]])),
    )
    return outcomes.includes(undefined) ? undefined : outcomes.filter(Boolean).length
  }
}

/** The value at the end of a path; none when it breaks off, whatever the reason. */
export function below(start: Read, names: readonly string[]): Read {
  let value = start
  for (const name of names) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value ?? undefined
}

export function has(start: Read, names: readonly string[]): Outcome {
  let value = start
  for (const name of names) {
    if (!isJsonObject(value)) return undefined
    value = below(value, [name])
    if (value === undefined) return false
  }
  return true
}

function isEmpty(list: readonly JsonValue[] | undefined): Outcome {
  return list === undefined ? undefined : list.length === 0
}

type During = Extract<Residual, { op: 'during' }>

/** Reading a window asks for a calendar: once for all things that a residual is tried on. */
const WINDOWS = new WeakMap<During, ReturnType<typeof timeWindowTest>>()

function during(node: During, time: Read): Outcome {
  if (!isNumber(time)) return undefined
  let test = WINDOWS.get(node)
  if (test === undefined) {
    const window = parseTimeWindow(node.window)
    test = typeof window === 'string' ? () => undefined : timeWindowTest(window)
    WINDOWS.set(node, test)
  }
  return test(time)
}

function member(list: readonly JsonValue[] | undefined, item: Read): Outcome {
  if (list === undefined || item === undefined) return undefined
  return some(list, (element) => same(element, item))
}

function containsEach(op: 'containsAny' | 'containsAll', list: Read, items: Read): Outcome {
  const [held, sought] = [elementsOf(list), elementsOf(items)]
  if (held === undefined || sought === undefined) return undefined
  const found = (item: JsonValue) => some(held, (element) => same(element, item))
  return op === 'containsAny' ? some(sought, found) : every(sought, found)
}

function texts(a: Read, b: Read, test: (a: string, b: string) => boolean): Outcome {
  return typeof a === 'string' && typeof b === 'string' ? test(a, b) : undefined
}

function length(value: Read): Read {
  return typeof value === 'string' ? value.length : elementsOf(value)?.length
}

function finite(value: number): Read {
  return Number.isFinite(value) ? value : undefined
}

function allOf(values: readonly Read[]): Read {
  const present = values.filter((value) => value !== undefined)
  return present.length === values.length ? present : undefined
}
