import { RELATIONS } from '../language/parse-expression.ts'
import { QUANTIFIERS } from '../language/syntax.ts'
import type { Cursor } from './cursor.ts'
import { clauseOf, text } from './cursor.ts'
import type { Typed } from './declared.ts'
import { elementsOf } from './declared.ts'
import type { EditedSet } from './edited-set.ts'
import type { Completion } from './offers.ts'
import * as offers from './offers.ts'

const COMPARING: ReadonlySet<string> = new Set(
  RELATIONS.filter((it) => !['has', 'like', 'during'].includes(it)),
)

/** What is known of a condition before the place where it is typed on. */
export class ExpressionCursor {
  private readonly set: EditedSet
  private readonly cursor: Cursor
  private readonly end: number

  constructor(set: EditedSet, cursor: Cursor) {
    this.set = set
    this.cursor = cursor
    this.end = cursor.before.length
  }

  /** What a condition may begin with here, the elements of the quantifiers around it included. */
  operands(): readonly Completion[] {
    return offers.operands([...this.elements().keys()])
  }

  /** After a dot: what the path before it has. */
  members(): readonly Completion[] {
    return offers.members(this.typeBefore(this.end - 1))
  }

  /** After `has`: the attributes of what stands before it. */
  membersOfSubject(): readonly Completion[] {
    return offers.members(this.typeBefore(this.end - 1)).filter(({ kind }) => kind === 'attribute')
  }

  /** Labels, where a value stands beside which one may stand. */
  labels(): readonly Completion[] {
    const beside = this.beside()
    return beside === undefined ? [] : offers.labels(this.set, beside, this.cursor.inString)
  }

  /** The dotted name that ends before an index. */
  dottedBefore(end: number): string {
    return this.namesBefore(end).join('.')
  }

  /** What the value at hand is compared with, or is to be an element of. */
  private beside(): readonly Typed[] | undefined {
    const { before, open } = this.cursor
    const last = text(before, this.end - 1)
    if (COMPARING.has(last)) {
      const typed = this.typeBefore(this.end - 1)
      return last === 'in' ? elementsOf(typed) : typed
    }
    const bracket = open.at(-1)
    if (bracket === undefined || (last !== ',' && this.end - 1 !== bracket)) return undefined
    if (text(before, bracket) === '[' && text(before, bracket - 1) === 'in')
      return this.typeBefore(bracket - 1)
    const names = this.namesBefore(bracket)
    if (text(before, bracket) !== '(' || !(names.at(-1) ?? '').startsWith('contains'))
      return undefined
    return elementsOf(this.typeOf(names.slice(0, -1)))
  }

  private typeBefore(end: number): readonly Typed[] {
    return this.typeOf(this.namesBefore(end))
  }

  private typeOf([root, ...names]: readonly string[]): readonly Typed[] {
    if (root === undefined) return []
    const { declared } = this.set
    let typed = this.elements().get(root) ?? declared.root(root, this.operations())
    for (const name of names) typed = declared.attribute(typed, name)
    return typed
  }

  private namesBefore(end: number): readonly string[] {
    const { before } = this.cursor
    const names: string[] = []
    for (let at = end - 1; before[at]?.kind === 'name'; at -= 2) {
      names.unshift(text(before, at))
      if (text(before, at - 1) !== '.') break
    }
    return names
  }

  /** Names that quantifiers around the place have given to their elements, and what they hold. */
  private elements(): ReadonlyMap<string, readonly Typed[]> {
    const { before, open } = this.cursor
    const found = new Map<string, readonly Typed[]>()
    for (const bracket of open) {
      if (!QUANTIFIERS.includes(text(before, bracket - 1))) continue
      const bar = before.findIndex((_, at) => at > bracket && text(before, at) === '|')
      const name = text(before, bar + 1)
      if (bar === -1 || text(before, bar + 2) !== '|' || text(before, bar - 1) !== ',') continue
      const path = this.namesBefore(bar - 1)
      const [root = '', ...names] = path
      let typed = found.get(root) ?? this.set.declared.root(root, this.operations())
      for (const attribute of names) typed = this.set.declared.attribute(typed, attribute)
      found.set(name, elementsOf(typed))
    }
    return found
  }

  /** Operations that the rule at hand names, as far as they are written. */
  private operations(): readonly string[] {
    const { before, rule } = this.cursor
    if (rule === undefined) return []
    const until = Math.max(clauseOf(this.cursor), rule + 2)
    const names: string[] = []
    for (let at = rule + 2; at < until; at++) {
      const token = before[at]
      const joined = text(before, at + 1) === '.'
      if (token?.kind === 'string') names.push(token.value)
      else if (token?.kind === 'name' && !joined) names.push(this.dottedBefore(at + 1))
    }
    const { declared } = this.set
    const members = names
      .flatMap((name) => declared.find('class', name))
      .flatMap(({ node }) => {
        return node.kind === 'class' ? (node.members ?? []).map((glob) => glob.text) : []
      })
    return [...names, ...members]
  }
}
