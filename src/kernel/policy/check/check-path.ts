import { nearest } from '../../text/nearest.ts'
import type { HasNode, Name, PathNode } from '../language/syntax.ts'
import { isPrototypeName, ROOTS } from './builtins.ts'
import type { ExpressionContext } from './expression-context.ts'
import type { Frame } from './frame.ts'
import type { Type } from './types.ts'
import { ANY, typeText } from './types.ts'

/** The type of what stands at the end of a path, as far as it is declared. */
export function checkPath({ root, names }: PathNode, frame: Frame, context: ExpressionContext) {
  let type = frame.elements.get(root.text) ?? rootType(root, frame, context)
  let path = root.text
  for (const name of names) {
    const found = attribute(type, name, { path, context })
    path = `${path}.${name.text}`
    if (found.optional && !frame.present.has(path)) unguarded(name, path, context)
    type = found.type
  }
  return type
}

/** The subject of a `has`, and the attributes it asks for: they may all be optional. */
export function checkHasPath(node: HasNode, subject: Type, context: ExpressionContext): void {
  let type = subject
  let path = node.subject.kind === 'path' ? node.subject.root.text : 'it'
  for (const name of node.names) {
    type = attribute(type, name, { path, context }).type
    path = `${path}.${name.text}`
  }
}

function rootType(root: Name, frame: Frame, { types, diagnostics }: ExpressionContext): Type {
  if (ROOTS.includes(root.text)) return types.get(root.text) ?? ANY
  const known = [...frame.elements.keys(), ...ROOTS]
  const near = nearest(root.text, known)
  const hint = near === undefined ? `roots are ${ROOTS.join(', ')}` : `did you mean \`${near}\`?`
  diagnostics.error({ at: root, message: `unknown root \`${root.text}\``, hint })
  return ANY
}

interface Place {
  /** What has been read up to here. */
  readonly path: string
  readonly context: ExpressionContext
}

const UNKNOWN = { type: ANY, optional: false }

function attribute(type: Type, name: Name, { path, context: { diagnostics } }: Place) {
  if (isPrototypeName(name.text)) {
    const message = `\`${name.text}\` cannot be the name of an attribute`
    diagnostics.error({ at: name, message, hint: 'every object has it' })
    return UNKNOWN
  }
  if (type.kind === 'any') return UNKNOWN
  if (type.kind !== 'record') {
    const message = `\`${path}\` is ${typeText(type)} and has no attribute \`${name.text}\``
    diagnostics.error({ at: name, message, hint: 'only records have attributes' })
    return UNKNOWN
  }
  const field = type.fields.get(name.text)
  if (field !== undefined || type.open) return field ?? UNKNOWN
  const near = nearest(name.text, type.fields.keys())
  const known = `it has ${[...type.fields.keys()].join(', ')}`
  const hint = near === undefined ? known : `did you mean \`${near}\`?`
  diagnostics.error({ at: name, message: `\`${path}\` has no attribute \`${name.text}\``, hint })
  return UNKNOWN
}

/** Where a missing attribute denies it should be meant; where it does not allow it is a doubt. */
function unguarded(at: Name, path: string, { diagnostics, missing }: ExpressionContext): void {
  const cut = path.lastIndexOf('.')
  const message = `\`${path}\` is optional, and without it ${missing.outcome}`
  const hint = `say what is meant: \`${path.slice(0, cut)} has ${path.slice(cut + 1)} && …\``
  diagnostics[missing.severity]({ at, message, hint })
}
