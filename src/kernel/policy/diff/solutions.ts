import type { JsonValue } from '../../json/value.ts'
import { compileCondition } from '../evaluate/compile-expression.ts'
import type { Clause } from '../evaluate/compiled.ts'
import { scopeOf } from '../evaluate/scope.ts'
import { FALSE, TRUE } from '../evaluate/truth.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Expression, JunctionNode } from '../language/syntax.ts'
import { type Assignment, merged, pathText, withValues } from './assignment.ts'
import type { Probes } from './probe-values.ts'

/** Ways to make one condition true, or false, that are followed up. */
export const MAX_SOLUTIONS = 8
/** Attributes of one test that are varied together, and combinations that are tried. */
const MAX_PATHS = 3
const MAX_TRIALS = 400

/** Looks for values under which conditions come out as wished. Not every way there is is found. */
export class Solver {
  readonly #probes: Probes
  readonly #orders: Clause['orders']

  constructor(probes: Probes, orders: Clause['orders']) {
    this.#probes = probes
    this.#orders = orders
  }

  /** Assignments under which the condition is true; or false, never unknown. */
  solutions(node: Expression, wanted: boolean): readonly Assignment[] {
    switch (node.kind) {
      case 'not':
        return this.solutions(node.operand, !wanted)
      case 'and':
      case 'or':
        return this.#junction(node, wanted)
      default:
        return this.#tried(node, wanted)
    }
  }

  #junction({ kind, operands }: JunctionNode, wanted: boolean): readonly Assignment[] {
    const each = operands.map((operand) => this.solutions(operand, wanted))
    const all = (kind === 'and') === wanted
    return all ? together(each) : inTurns(each)
  }

  /** Tries the probes of what a test reads, few attributes at a time. */
  #tried(node: Expression, wanted: boolean): readonly Assignment[] {
    const paths = [...new Set(this.#readBy(node))].slice(0, MAX_PATHS)
    const condition = compileCondition(node, this.#orders)
    const found: Assignment[] = []
    let trials = 0
    for (const assignment of this.#combinations(paths)) {
      if (found.length >= MAX_SOLUTIONS || trials++ >= MAX_TRIALS) break
      const attributes = withValues({}, assignment)
      if (attributes === undefined) continue
      if (condition(scopeOf(attributes)) === (wanted ? TRUE : FALSE)) found.push(assignment)
    }
    return found
  }

  #readBy(node: Expression): readonly string[] {
    if (node.kind === 'path') return [pathText(node)].filter((path) => this.#probes.has(path))
    const own = node.kind === 'has' && node.subject.kind === 'path' ? [hasPath(node)] : []
    return [
      ...own.filter((path) => this.#probes.has(path)),
      ...partsOf(node).flatMap((it) => this.#readBy(it)),
    ]
  }

  *#combinations([path, ...rest]: readonly string[]): Generator<Assignment> {
    if (path === undefined) {
      yield new Map()
      return
    }
    for (const value of [...(this.#probes.get(path) ?? []), undefined])
      for (const others of this.#combinations(rest))
        yield new Map<string, JsonValue | undefined>([[path, value], ...others])
  }
}

function hasPath({ subject, names }: Extract<Expression, { kind: 'has' }>): string {
  if (subject.kind !== 'path') return ''
  return pathText({ root: subject.root, names: [...subject.names, ...names] })
}

/** Every one of them at once, in the ways that go together. */
export function together(each: readonly (readonly Assignment[])[]): readonly Assignment[] {
  let found: readonly Assignment[] = [new Map()]
  for (const ways of each)
    found = found
      .flatMap((so) => ways.map((way) => merged(so, way)))
      .filter((both) => both !== undefined)
      .slice(0, MAX_SOLUTIONS)
  return found
}

/** Any one of them, the first way of each first. */
function inTurns(each: readonly (readonly Assignment[])[]): readonly Assignment[] {
  const found: Assignment[] = []
  for (let turn = 0; turn < MAX_SOLUTIONS; turn++)
    for (const ways of each) {
      const way = ways[turn]
      if (way !== undefined && found.length < MAX_SOLUTIONS) found.push(way)
    }
  return found
}
