import type { JsonValue } from '../../json/value.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Expression, PathNode } from '../language/syntax.ts'
import { pathText } from './assignment.ts'
import { edgesOfWindow } from './window-edges.ts'

/** Values that one path is tried with, beside being missing. */
export const MAX_PROBES = 16
/** Length up to which a list or text is made to reach a bound on its length. */
const MAX_LENGTH = 100
/** A text that no policy means. */
export const OTHER = 'other'

/** Values worth trying, by path: those at which a condition may turn. */
export type Probes = ReadonlyMap<string, readonly JsonValue[]>

/**
 * Collects from conditions the values around their constants: just below, at and above a number,
 * a text and another, every label of an order that holds one, lists with and without an element.
 */
export class ProbeCollector {
  readonly #orders: readonly (readonly string[])[]
  readonly #probes = new Map<string, JsonValue[]>()

  /** `orders`: the labels of each declared order, lowest first. */
  constructor(orders: readonly (readonly string[])[]) {
    this.#orders = orders
  }

  get probes(): Probes {
    return this.#probes
  }

  /** Reads a condition; `bound` are the names of elements, which are no paths of a request. */
  read(node: Expression, bound: readonly string[] = []): void {
    switch (node.kind) {
      case 'comparison':
        this.#comparison(node, bound)
        break
      case 'in':
        this.#membership(node.list, [node.item], bound)
        break
      case 'has':
        if (node.subject.kind === 'path') {
          const { root, names } = node.subject
          this.#add({ root, names: [...names, ...node.names] }, ['x'], bound)
        }
        break
      case 'like':
        this.#add(node.subject, [exampleOf(node.pattern), OTHER], bound)
        break
      case 'during':
        this.#add(node.subject, edgesOfWindow(node.window), bound)
        break
      case 'method':
        this.#method(node, bound)
        break
      case 'call':
        this.#quantifier(node, bound)
        return
      case 'path':
        this.#add(node, [true, false], bound)
        return
      default:
    }
    for (const part of partsOf(node)) if (part.kind !== 'path') this.read(part, bound)
  }

  #comparison(
    { left, right }: Extract<Expression, { kind: 'comparison' }>,
    bound: readonly string[],
  ): void {
    const constants = [...literalsIn(left), ...literalsIn(right)]
    const values = constants.length === 0 ? this.#comparable() : constants.flatMap(around)
    const labels = constants.flatMap((label) => this.#ordersWith(label)).flat()
    for (const side of [left, right])
      for (const path of operandPaths(side)) this.#add(path, [...values, ...labels], bound)
    const sizes = constants.flatMap(around).filter((size) => typeof size === 'number')
    for (const side of [left, right])
      if (side.kind === 'call') this.#counted(side, sizes, bound)
      else if (side.kind === 'method') this.#add(side.receiver, ofLengths(sizes), bound)
  }

  /** What two attributes may have that are compared with each other. */
  #comparable(): readonly JsonValue[] {
    return [0, 1, 'a', 'b', ...this.#orders.flat()]
  }

  #ordersWith(label: JsonValue): readonly (readonly string[])[] {
    return this.#orders.filter((labels) => labels.some((it) => it === label))
  }

  #membership(list: Expression, items: readonly Expression[], bound: readonly string[]): void {
    const inList = literalsIn(list)
    const asked = items.flatMap(literalsIn)
    for (const item of items) this.#add(item, [...inList, 'a', OTHER], bound)
    const [some = 'a'] = asked
    this.#add(list, [[some], [], [OTHER], ...asked.slice(1).map((it) => [it]), asked], bound)
  }

  #method(node: Extract<Expression, { kind: 'method' }>, bound: readonly string[]): void {
    const { receiver, args, name } = node
    const texts = args.flatMap(literalsIn).filter((text) => typeof text === 'string')
    if (name.text.startsWith('contains')) this.#membership(receiver, args, bound)
    else if (name.text === 'startsWith') this.#add(receiver, edges(texts, 'start'), bound)
    else if (name.text === 'endsWith') this.#add(receiver, edges(texts, 'end'), bound)
    else if (name.text === 'isEmpty') this.#add(receiver, [[], ['a']], bound)
  }

  #quantifier(node: Extract<Expression, { kind: 'call' }>, bound: readonly string[]): void {
    this.#counted(node, [0, 1], bound)
  }

  /** Lists of elements of each kind that the body tells apart, in these sizes. */
  #counted(
    { args: [list, lambda] }: Extract<Expression, { kind: 'call' }>,
    sizes: readonly number[],
    bound: readonly string[],
  ): void {
    if (list === undefined) return
    const elements = lambda?.kind === 'lambda' ? this.#elements(lambda, bound) : ['a']
    const lists = sizes
      .filter((size) => Number.isInteger(size) && size >= 0 && size <= MAX_LENGTH)
      .flatMap((size) => elements.map((element) => Array<JsonValue>(size).fill(element)))
    this.#add(list, [...lists, elements], bound)
  }

  #elements(
    { parameter, body }: Extract<Expression, { kind: 'lambda' }>,
    bound: readonly string[],
  ): readonly JsonValue[] {
    const within = new ProbeCollector(this.#orders)
    within.read(body, bound)
    const elements: JsonValue[] = []
    for (const [path, values] of within.probes) {
      const [root, ...names] = path.split('.')
      if (root === parameter.text) elements.push(...values.map((value) => nested(names, value)))
      else for (const value of values) this.#put(path, value)
    }
    return elements.length === 0 ? ['a'] : elements.slice(0, MAX_PROBES)
  }

  #add(
    node: Expression | Pick<PathNode, 'root' | 'names'>,
    values: readonly JsonValue[],
    bound: readonly string[],
  ): void {
    if ('kind' in node && node.kind !== 'path') return
    if (bound.includes(node.root.text) || node.names.some(({ text }) => text.includes('.'))) return
    for (const value of values) this.#put(pathText(node), value)
  }

  #put(path: string, value: JsonValue): void {
    const known = this.#probes.get(path) ?? []
    const text = JSON.stringify(value)
    if (known.length >= MAX_PROBES || known.some((it) => JSON.stringify(it) === text)) return
    this.#probes.set(path, [...known, value])
  }
}

/** At a constant, and on either side of it. */
function around(constant: JsonValue): readonly JsonValue[] {
  if (typeof constant === 'number') return [constant, constant - 1, constant + 1]
  if (typeof constant === 'boolean') return [constant, !constant]
  return [constant, OTHER]
}

function literalsIn(node: Expression): readonly (string | number | boolean)[] {
  return node.kind === 'literal' ? [node.value] : partsOf(node).flatMap(literalsIn)
}

/** Paths that are operands themselves, or parts of arithmetic; not those within a call. */
function operandPaths(node: Expression): readonly PathNode[] {
  if (node.kind === 'path') return [node]
  return node.kind === 'arithmetic' ? partsOf(node).flatMap(operandPaths) : []
}

/** A text that a `like` pattern means. */
function exampleOf(pattern: string): string {
  return pattern.replaceAll(/\\([*\\])|\*/gu, (_, plain?: string) => plain ?? 'x')
}

function edges(texts: readonly string[], at: 'start' | 'end'): readonly string[] {
  return [...texts.flatMap((text) => [text, at === 'start' ? `${text}x` : `x${text}`]), OTHER]
}

/** Texts and lists of these lengths: which of them an attribute is, only a request would tell. */
function ofLengths(sizes: readonly number[]): readonly JsonValue[] {
  return sizes
    .filter((size) => Number.isInteger(size) && size >= 0 && size <= MAX_LENGTH)
    .flatMap((size) => ['x'.repeat(size), Array<JsonValue>(size).fill('x')])
}

function nested(names: readonly string[], value: JsonValue): JsonValue {
  return names.reduceRight((inner: JsonValue, name) => ({ [name]: inner }), value)
}
