import { unreachable } from '../../errors.ts'
import { RESOURCE_ROOTS } from '../check/builtins.ts'
import { isBare } from '../check/patterns.ts'
import { TYPE_NAMES } from '../check/types.ts'
import type { ParsedFile } from '../language/parser.ts'
import type {
  Declaration,
  Expression,
  FieldType,
  Glob,
  Name,
  PolicyNode,
  RecordType,
  Requirement,
  Rule,
  TargetPattern,
} from '../language/syntax.ts'
import type { Declared } from './declared.ts'
import { kindOf, nameOf } from './declared.ts'
import { ExpressionWalk } from './expression-walk.ts'
import type { Occurrence, Subject } from './subject.ts'

/** Everything that a file names, in the order of the tree. */
export function occurrencesIn({ tree }: ParsedFile, declared: Declared): readonly Occurrence[] {
  const walk = new Walk(declared)
  for (const node of tree.declarations) walk.declaration(node)
  for (const node of tree.policies) walk.policy(node)
  return walk.found
}

class Walk {
  readonly found: Occurrence[] = []
  private readonly declared: Declared

  constructor(declared: Declared) {
    this.declared = declared
  }

  declaration(node: Declaration): void {
    this.name(nameOf(node), kindOf(node), true)
    switch (node.kind) {
      case 'order':
        for (const label of node.labels) {
          const subject = { kind: 'label', name: label.text, owners: [node.name.text] } as const
          this.found.push({ at: label, subject, declares: true })
        }
        return
      case 'class':
        for (const glob of node.members ?? [])
          if (node.of === 'operations') this.operation(glob)
          else this.name(glob, 'resource')
        if (node.condition !== undefined) this.expression(node.condition, [])
        return
      case 'type':
        this.record(node.type, `type ${node.root.text}`, [])
        return
      case 'operation':
        if (node.args !== undefined) this.record(node.args, `operation ${node.name.text}`, [])
        return
      case 'approval':
      case 'obligation':
        return
      default:
        unreachable(node)
    }
  }

  policy({ name, rules }: PolicyNode): void {
    this.name(name, 'policy', true)
    for (const rule of rules) this.rule(rule)
  }

  private rule(rule: Rule): void {
    const target = rule.target ?? []
    for (const pattern of target) this.target(pattern)
    const operations = operationsOf(target, this.declared)
    if (rule.kind === 'require' || rule.kind === 'audit')
      for (const requirement of rule.requirements) this.requirement(requirement, operations)
    if (rule.guard !== undefined) this.expression(rule.guard, operations)
  }

  private target({ operation, args = [] }: TargetPattern): void {
    this.operation(operation)
    for (const glob of args)
      if (!isBare(glob)) this.name(glob, 'resource')
      else if (RESOURCE_ROOTS.includes(glob.text)) this.name(glob, 'root')
      else this.name(glob, 'resource class')
  }

  private operation(glob: Glob): void {
    if (glob.text.includes('*')) return
    const isClass = isBare(glob) && !this.declared.has('operation', glob.text)
    this.name(glob, isClass ? 'class' : 'operation')
  }

  private requirement(requirement: Requirement, operations: readonly string[]): void {
    if (requirement.kind === 'predicate') {
      this.expression(requirement.condition, operations)
      return
    }
    const { name } = requirement
    this.name(name, this.declared.has('approval', name.text) ? 'approval' : 'obligation')
  }

  private record({ fields }: RecordType, owner: string, above: readonly string[]): void {
    for (const { name, type } of fields) {
      const path = [...above, name.text]
      const subject = { kind: 'attribute', name: path.join('.'), owners: [owner] } as const
      this.found.push({ at: name, subject, declares: true })
      this.fieldType(type, owner, path)
    }
  }

  private fieldType(type: FieldType, owner: string, path: readonly string[]): void {
    if (type.kind === 'record') this.record(type, owner, path)
    else if (type.kind === 'list') this.fieldType(type.element, owner, [...path, '[]'])
    else if (!TYPE_NAMES.includes(type.name))
      this.name({ text: type.name, start: type.start, end: type.end }, 'order')
  }

  private expression(node: Expression, operations: readonly string[]): void {
    this.found.push(...new ExpressionWalk(this.declared, operations).walk(node))
  }

  private name({ text, start, end }: Name, kind: Subject['kind'], declares = false): void {
    this.found.push({ at: { start, end }, subject: { kind, name: text }, declares })
  }
}

/** The operations that a rule is about, as far as they are named one by one. */
function operationsOf(target: readonly TargetPattern[], declared: Declared): readonly string[] {
  return target.flatMap(({ operation: { text } }) => {
    const classes = declared.find('class', text)
    const members = classes.flatMap(({ node }) =>
      node.kind === 'class' ? (node.members ?? []).map((glob) => glob.text) : [],
    )
    return [text, ...members]
  })
}
