import type { Source, Span } from '../language/source.ts'
import type { Declaration, Field, FieldType, RecordType } from '../language/syntax.ts'

/** One stretch of one file. */
export interface Place {
  readonly source: Source
  readonly at: Span
}

/** What can be declared, by what it names. */
export type DeclaredKind =
  | 'order'
  | 'class'
  | 'resource class'
  | 'approval'
  | 'obligation'
  | 'root'
  | 'operation'

export interface DeclaredNode {
  readonly source: Source
  readonly node: Declaration
}

/** A value as it is declared: `type user` owns `user`, `operation crm.update` its `args`. */
export interface Typed {
  readonly owner: string
  /** Attributes from the root on; `[]` for an element of a list. */
  readonly path: readonly string[]
  readonly type: FieldType
  /** Where the attribute is declared; absent for a root. */
  readonly field?: { readonly source: Source; readonly node: Field }
}

/** What all files of a set declare, however often: half a text may declare a thing twice. */
export class Declared {
  private readonly nodes = new Map<string, DeclaredNode[]>()
  /** Labels, and the orders that hold them. */
  private readonly labels = new Map<string, string[]>()

  constructor(declarations: readonly DeclaredNode[]) {
    for (const declared of declarations) {
      const { node } = declared
      const key = keyOf(kindOf(node), nameOf(node).text)
      this.nodes.set(key, [...(this.nodes.get(key) ?? []), declared])
      if (node.kind !== 'order') continue
      for (const { text } of node.labels)
        this.labels.set(text, [...(this.labels.get(text) ?? []), node.name.text])
    }
  }

  find(kind: DeclaredKind, name: string): readonly DeclaredNode[] {
    return this.nodes.get(keyOf(kind, name)) ?? []
  }

  names(kind: DeclaredKind): readonly string[] {
    const prefix = keyOf(kind, '')
    const keys = [...this.nodes.keys()].filter((key) => key.startsWith(prefix))
    return keys.map((key) => key.slice(prefix.length))
  }

  has(kind: DeclaredKind, name: string): boolean {
    return this.nodes.has(keyOf(kind, name))
  }

  ordersOf(label: string): readonly string[] {
    return this.labels.get(label) ?? []
  }

  /** The labels of an order, lowest first. */
  labelsOf(order: string): readonly string[] {
    const [declared] = this.find('order', order)
    return declared?.node.kind === 'order' ? declared.node.labels.map(({ text }) => text) : []
  }

  /** What a root holds; of `args` what the operations at hand declare. */
  root(name: string, operations: readonly string[]): readonly Typed[] {
    const own = this.find('root', name).flatMap(({ node }): Typed[] =>
      node.kind === 'type' ? [{ owner: `type ${name}`, path: [], type: node.type }] : [],
    )
    if (name !== 'args' && name !== 'input') return own
    const args = operations.flatMap((operation) => this.find('operation', operation))
    const declared = args.flatMap(({ node }): Typed[] =>
      node.kind === 'operation' && node.args !== undefined
        ? [{ owner: `operation ${node.name.text}`, path: [], type: node.args }]
        : [],
    )
    return declared.length > 0 ? declared : own
  }

  /** An attribute of a value, wherever it is declared. */
  attribute(of: readonly Typed[], name: string): readonly Typed[] {
    return of.flatMap(({ owner, path, type }) => {
      const node = type.kind === 'record' ? fieldOf(type, name) : undefined
      const source = node === undefined ? undefined : this.sourceOf(owner)
      if (node === undefined || source === undefined) return []
      return [{ owner, path: [...path, name], type: node.type, field: { source, node } }]
    })
  }

  private sourceOf(owner: string): Source | undefined {
    const [kind, name] = [owner.slice(0, owner.indexOf(' ')), owner.slice(owner.indexOf(' ') + 1)]
    return this.find(kind === 'type' ? 'root' : 'operation', name)[0]?.source
  }
}

/** The elements of a list. */
export function elementsOf(of: readonly Typed[]): readonly Typed[] {
  return of.flatMap(({ owner, path, type }): Typed[] =>
    type.kind === 'list' ? [{ owner, path: [...path, '[]'], type: type.element }] : [],
  )
}

export function kindOf(node: Declaration): DeclaredKind {
  if (node.kind === 'class') return node.of === 'resources' ? 'resource class' : 'class'
  return node.kind === 'type' ? 'root' : node.kind
}

export function nameOf(node: Declaration): { readonly text: string } & Span {
  return node.kind === 'type' ? node.root : node.name
}

function keyOf(kind: DeclaredKind, name: string): string {
  return `${kind}\n${name}`
}

function fieldOf({ fields }: RecordType, name: string): Field | undefined {
  return fields.find((field) => field.name.text === name)
}
