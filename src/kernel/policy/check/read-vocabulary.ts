import { unreachable } from '../../errors.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import { positionOf, type Source } from '../language/source.ts'
import type { ClassNode, Declaration, Name, OperationNode, TypeNode } from '../language/syntax.ts'
import type { ObligationRegistry } from '../obligation-registry.ts'
import { ROOTS } from './builtins.ts'
import { checkConstant } from './check-constant.ts'
import { checkCondition } from './check-expression.ts'
import { checkHas } from './check-has.ts'
import { Orders } from './orders.ts'
import { operationPattern, resourcePattern } from './patterns.ts'
import { readApproval } from './read-approval.ts'
import { checkOrder, checkRecord, readObligation } from './read-declarations.ts'
import type { RecordOf } from './types.ts'
import { recordOf, STRING } from './types.ts'
import type { NamedClass, Vocabulary } from './vocabulary.ts'

/** One file's declarations, and where to report what is wrong with them. */
export interface DeclaringFile {
  readonly declarations: readonly Declaration[]
  readonly diagnostics: Diagnostics
}

/** Reads what all files of a set declare. Sound only when no diagnostic is an error. */
export function readVocabulary(
  files: readonly DeclaringFile[],
  registry: ObligationRegistry,
): Vocabulary {
  const nodes = files.flatMap(({ declarations }) => declarations)
  const orders = new Orders(nodes.filter((node) => node.kind === 'order'))
  const reader = new Reader(orders, registry)
  for (const { declarations, diagnostics } of files)
    for (const node of declarations) reader.declare(node, diagnostics)
  // Conditions of classes read attributes, so all types have to be known before.
  for (const { declarations, diagnostics } of files)
    for (const node of declarations) if (node.kind === 'class') reader.condition(node, diagnostics)
  return reader
}

/** What the runtime says of a run, unless a set says more exactly which labels there are. */
const RUN: RecordOf = {
  kind: 'record',
  fields: new Map([['labels', { type: { kind: 'list', element: STRING }, optional: false }]]),
  open: false,
}

class Reader implements Vocabulary {
  readonly orders: Orders
  readonly operationClasses = new Map<string, NamedClass>()
  readonly resourceClasses = new Map<string, NamedClass>()
  readonly approvals = new Map<string, ReturnType<typeof readApproval>>()
  readonly obligations = new Map<string, ReturnType<typeof readObligation>>()
  readonly types = new Map<string, RecordOf>([['run', RUN]])
  readonly operations = new Map<string, RecordOf | undefined>()
  private readonly registry: ObligationRegistry
  private readonly names = new Names()

  constructor(orders: Orders, registry: ObligationRegistry) {
    this.orders = orders
    this.registry = registry
  }

  declare(node: Declaration, diagnostics: Diagnostics): void {
    switch (node.kind) {
      case 'order':
        this.names.declare('order', node.name, diagnostics)
        checkOrder(node, diagnostics)
        return
      case 'class':
        this.class(node, diagnostics)
        return
      case 'approval':
        this.names.declare('approval or obligation', node.name, diagnostics)
        this.approvals.set(node.name.text, readApproval(node, diagnostics))
        return
      case 'obligation':
        this.names.declare('approval or obligation', node.name, diagnostics)
        if (this.registry.has(node.name.text))
          diagnostics.error({
            ...{ at: node.name, message: `\`${node.name.text}\` is built in` },
            hint: 'use it without declaring it, or give yours another name',
          })
        this.obligations.set(node.name.text, readObligation(node, diagnostics))
        return
      case 'type':
        this.type(node, diagnostics)
        return
      case 'operation':
        this.operation(node, diagnostics)
        return
      default:
        unreachable(node)
    }
  }

  private class(node: ClassNode, diagnostics: Diagnostics): void {
    const { name, of, condition } = node
    const { source } = diagnostics
    this.names.declare(of === 'operations' ? 'class' : 'resource class', name, diagnostics)
    const read = of === 'operations' ? operationPattern : resourcePattern
    const members = node.members?.flatMap((glob) => read(glob, diagnostics) ?? [])
    const from = `class \`${name.text}\``
    const classes = of === 'operations' ? this.operationClasses : this.resourceClasses
    classes.set(name.text, {
      name: name.text,
      ...(members === undefined ? {} : { members }),
      ...(condition === undefined ? {} : { condition: { source, node: condition, from } }),
    })
  }

  /** A class may stand in an allow, so what an allow may not say its condition may not say. */
  condition({ condition }: ClassNode, diagnostics: Diagnostics): void {
    if (condition === undefined) return
    const missing = { severity: 'error', outcome: 'the class is unknown' } as const
    const { orders, types } = this
    checkCondition(condition, { diagnostics, orders, types, missing })
    checkHas(condition, diagnostics)
    checkConstant(condition, { orders, diagnostics })
  }

  private type({ root, type }: TypeNode, diagnostics: Diagnostics): void {
    this.names.declare('type', root, diagnostics)
    if (!ROOTS.includes(root.text)) {
      const hint = `roots are ${ROOTS.join(', ')}`
      diagnostics.error({ at: root, message: `unknown root \`${root.text}\``, hint })
    }
    checkRecord(type, this.orders, diagnostics)
    this.types.set(root.text, recordOf(type))
  }

  private operation({ name, args }: OperationNode, diagnostics: Diagnostics): void {
    this.names.declare('class', name, diagnostics)
    if (name.text.includes('*'))
      diagnostics.error({
        ...{ at: name, message: 'an operation is declared by its whole name' },
        hint: 'for several names declare a class: `class name = [server.*]`',
      })
    if (args !== undefined) checkRecord(args, this.orders, diagnostics)
    this.operations.set(name.text, args === undefined ? undefined : recordOf(args))
  }
}

interface Declared {
  readonly source: Source
  readonly at: number
}

/** Names by what they name, each of which may be declared once in a set. */
export class Names {
  private readonly kinds = new Map<string, Map<string, Declared>>()

  declare(what: string, name: Name, diagnostics: Diagnostics): void {
    const { source } = diagnostics
    const names = this.kinds.get(what) ?? new Map<string, Declared>()
    this.kinds.set(what, names)
    const first = names.get(name.text)
    if (first === undefined) {
      names.set(name.text, { source, at: name.start })
      return
    }
    const message = `a second ${what} \`${name.text}\``
    const place = `${first.source.file}:${positionOf(first.source, first.at).line}`
    diagnostics.error({ at: name, message, hint: `the first one is in ${place}` })
  }
}
