import { partsOf } from '../language/expression-parts.ts'
import type { Span } from '../language/source.ts'
import type { CallNode, Expression, Name, PathNode } from '../language/syntax.ts'
import type { Declared, Typed } from './declared.ts'
import { elementsOf } from './declared.ts'
import type { Occurrence, Subject } from './subject.ts'

/** Elements that quantifiers have named, and what they hold. */
type Elements = ReadonlyMap<string, readonly Typed[]>

/** Finds what a condition names: roots, attributes, elements and labels. */
export class ExpressionWalk {
  private readonly found: Occurrence[] = []
  private readonly declared: Declared
  private readonly operations: readonly string[]

  constructor(declared: Declared, operations: readonly string[]) {
    this.declared = declared
    this.operations = operations
  }

  walk(node: Expression): readonly Occurrence[] {
    this.visit(node, new Map())
    return this.found
  }

  /** What is known of the value of an expression. */
  private visit(node: Expression, elements: Elements): readonly Typed[] {
    switch (node.kind) {
      case 'path':
        return this.path(node, elements)
      case 'has':
        this.attributes(this.visit(node.subject, elements), node.names)
        return []
      case 'comparison': {
        const [left, right] = [this.visit(node.left, elements), this.visit(node.right, elements)]
        this.labels(node.left, right)
        this.labels(node.right, left)
        return []
      }
      case 'in': {
        const [item, list] = [this.visit(node.item, elements), this.visit(node.list, elements)]
        this.labels(node.list, item)
        this.labels(node.item, elementsOf(list))
        return []
      }
      case 'method': {
        const list = elementsOf(this.visit(node.receiver, elements))
        for (const arg of node.args) {
          this.visit(arg, elements)
          this.labels(arg, list)
        }
        return []
      }
      case 'call':
        this.call(node, elements)
        return []
      default:
        for (const part of partsOf(node)) this.visit(part, elements)
        return []
    }
  }

  private path({ root, names }: PathNode, elements: Elements): readonly Typed[] {
    const element = elements.get(root.text)
    this.add(root, { kind: element === undefined ? 'root' : 'element', name: root.text })
    return this.attributes(element ?? this.declared.root(root.text, this.operations), names)
  }

  private attributes(of: readonly Typed[], names: readonly Name[]): readonly Typed[] {
    let typed = of
    for (const name of names) {
      typed = this.declared.attribute(typed, name.text)
      const [first] = typed
      if (first === undefined) return []
      const owners = typed.map(({ owner }) => owner)
      this.add(name, { kind: 'attribute', name: first.path.join('.'), owners })
    }
    return typed
  }

  private call({ args }: CallNode, elements: Elements): void {
    const [list, ...rest] = args
    const typed = list === undefined ? [] : elementsOf(this.visit(list, elements))
    for (const arg of rest) {
      if (arg.kind !== 'lambda') {
        this.visit(arg, elements)
        continue
      }
      const { parameter, body } = arg
      const subject = { kind: 'element', name: parameter.text } as const
      this.found.push({ at: parameter, subject, declares: true })
      this.visit(body, new Map([...elements, [parameter.text, typed]]))
    }
  }

  /** Texts beside a value that is a label, or may be one. */
  private labels(node: Expression, beside: readonly Typed[]): void {
    if (node.kind === 'list') for (const item of node.items) this.labels(item, beside)
    if (node.kind !== 'literal' || typeof node.value !== 'string') return
    const named = beside.flatMap(({ type }) => (type.kind === 'named' ? [type.name] : []))
    const holding = this.declared.ordersOf(node.value)
    const owners = beside.length === 0 ? holding : holding.filter((it) => named.includes(it))
    if (owners.length > 0) this.add(node, { kind: 'label', name: node.value, owners })
  }

  private add({ start, end }: Span, subject: Subject): void {
    this.found.push({ at: { start, end }, subject, declares: false })
  }
}
