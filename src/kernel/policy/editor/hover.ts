import { unreachable } from '../../errors.ts'
import type { ParsedFile } from '../language/parser.ts'
import type { Span } from '../language/source.ts'
import type { FieldType } from '../language/syntax.ts'
import type { DeclaredKind, DeclaredNode, Typed } from './declared.ts'
import { elementsOf } from './declared.ts'
import type { EditedSet } from './edited-set.ts'
import type { Occurrence, Subject } from './subject.ts'
import { own, wordAt } from './word-at.ts'
import { READ } from './words.ts'

export interface Hover {
  readonly at: Span
  /** Markdown. */
  readonly text: string
}

/** Lines of a declaration that are shown. */
const MAX_SHOWN_LINES = 20

/** What is known of what stands at a place: of a name, of a label, of a word of the language. */
export function hoverAt(set: EditedSet, file: ParsedFile, offset: number): Hover | undefined {
  const named = set.namedAt(file, offset)
  const text = named === undefined ? undefined : textOf(set, named)
  if (named !== undefined && text !== undefined) return { at: named.at, text }
  const index = file.tokens.findIndex(({ start, end }) => start <= offset && offset < end)
  const word = file.tokens[index]
  const meaning = wordAt(file.tokens, index)
  if (word === undefined || meaning === undefined) return undefined
  return { at: { start: word.start, end: word.end }, text: `\`${word.text}\`\n\n${meaning}` }
}

function textOf(set: EditedSet, { subject }: Occurrence): string | undefined {
  const { kind, name } = subject
  switch (kind) {
    case 'label':
      return labelText(set, subject)
    case 'attribute':
      return attributeText(set, subject)
    case 'root':
      return joined(`\`${name}\`\n\n${own(READ, name) ?? ''}`, ...code(set, kind, name))
    case 'obligation':
      return joined(...code(set, kind, name)) ?? builtIn(set, subject)
    case 'order':
    case 'class':
    case 'resource class':
    case 'approval':
    case 'operation':
      return joined(...code(set, kind, name))
    case 'element':
      return `\`${name}\`\n\nAn element of the list.`
    case 'policy':
    case 'resource':
      return undefined
    default:
      return unreachable(kind)
  }
}

function labelText(set: EditedSet, { name, owners = [] }: Subject): string {
  return owners
    .map((order) => {
      const labels = set.declared.labelsOf(order)
      const shown = labels.map((label) => (label === name ? `**${label}**` : label)).join(' < ')
      const rank = labels.indexOf(name) + 1
      const place = `label ${rank} of ${labels.length} of the order \`${order}\``
      return `\`${name}\` is ${place}\n\n${shown}`
    })
    .join('\n\n')
}

function attributeText(set: EditedSet, { name, owners = [] }: Subject): string {
  return owners
    .map((owner) => {
      const field = fieldOf(set, owner, name.split('.'))
      if (field === undefined) return ''
      const { optional, type, text } = field
      const written = `${name}${optional ? '?' : ''}: ${text}`
      const order = type.kind === 'named' ? set.declared.labelsOf(type.name) : []
      const labels = order.length > 0 ? `\n\n${order.join(' < ')}` : ''
      const missing = optional ? '\n\nIt may be missing: ask with `has` before reading it.' : ''
      return `${fenced(written)}\n\nof \`${owner}\`${labels}${missing}`
    })
    .join('\n\n')
}

function fieldOf(set: EditedSet, owner: string, path: readonly string[]) {
  const [kind = '', name = ''] = owner.split(' ')
  const root = kind === 'type' ? set.declared.root(name, []) : set.declared.root('args', [name])
  let typed: readonly Typed[] = root.filter((it) => it.owner === owner)
  for (const step of path)
    typed = step === '[]' ? elementsOf(typed) : set.declared.attribute(typed, step)
  const [found] = typed
  if (found?.field === undefined) return undefined
  const { source, node } = found.field
  const type: FieldType = found.type
  return { optional: node.optional, type, text: source.text.slice(type.start, type.end) }
}

function builtIn(set: EditedSet, { name }: Subject): string | undefined {
  const form = set.builtIn.registry.get(name)
  return form === undefined ? undefined : `\`${name}\`, an obligation\n\n${form.usage}`
}

/** The text of declarations, with the comment above each. */
function code(set: EditedSet, kind: DeclaredKind, name: string): readonly string[] {
  return set.declared.find(kind, name).map((declared) => {
    const comment = commentAbove(declared)
    return comment === '' ? written(declared) : `${written(declared)}\n\n${comment}`
  })
}

function written({ source, node }: DeclaredNode): string {
  const lines = source.text.slice(node.start, node.end).split(/\r?\n/u)
  const shown = lines.slice(0, MAX_SHOWN_LINES)
  return fenced([...shown, ...(shown.length < lines.length ? ['…'] : [])].join('\n'))
}

/** Comments on the lines right above, without their marks. */
function commentAbove({ source, node }: DeclaredNode): string {
  const lines = source.text.slice(0, node.start).split(/\r?\n/u).slice(0, -1)
  const comment: string[] = []
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    const text = /^\s*(?:#|\/\/)\s?(.*)$/u.exec(line)?.[1]
    if (text === undefined) break
    comment.unshift(text)
  }
  return comment.join('\n')
}

function fenced(text: string): string {
  // A comment within must not end the block.
  return `\`\`\`portcullis-policy\n${text.replaceAll('```', "'''")}\n\`\`\``
}

function joined(...parts: readonly string[]): string | undefined {
  return parts.length === 0 ? undefined : parts.join('\n\n')
}
