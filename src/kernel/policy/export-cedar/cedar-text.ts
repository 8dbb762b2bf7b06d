import { ROOTS } from '../check/builtins.ts'
import type { Name, PathNode } from '../language/syntax.ts'
import { Inexpressible } from './inexpressible.ts'

const IDENTIFIER = /^[A-Za-z_]\w*$/u
/** Words that are no attribute after a point. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar'],
])

/** A string in Cedar: the few escapes, and code points for what else is no plain character. */
export function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]|[^\P{C}]/gu, (char) =>
    char === '"' || char === '\\' ? `\\${char}` : `\\u{${codePoint(char)}}`,
  )
  return `"${escaped}"`
}

/** A pattern of `like`: a plain star is written `\*`; `pieces` stand between the stars. */
export function likePattern(pieces: readonly string[]): string {
  const text = pieces.map((piece) => quoted(piece).slice(1, -1).replaceAll('*', '\\*')).join('*')
  return `"${text}"`
}

function codePoint(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16)
}

export function attribute(subject: string, { text }: Name): string {
  return IDENTIFIER.test(text) && !RESERVED.has(text)
    ? `${subject}.${text}`
    : `${subject}[${quoted(text)}]`
}

export function has(subject: string, { text }: Name): string {
  const plain = IDENTIFIER.test(text) && !RESERVED.has(text)
  return `${subject} has ${plain ? text : quoted(text)}`
}

/**
 * Where an attribute of a request stands in Cedar: `args` under `context.input`, `principal` and
 * `resource` as entities, every other root under `context`.
 */
export function pathText(path: PathNode): string {
  const { root, names } = path
  if (root.text === 'principal' || root.text === 'resource') return below(root.text, names)
  if (root.text === 'args' || root.text === 'input') return below('context.input', names)
  if (root.text !== 'context') return below(attribute('context', root), names)
  const [first] = names
  // Our context and the other roots share one record there, and roots come first.
  if (first !== undefined && (first.text === 'input' || ROOTS.includes(first.text)))
    throw new Inexpressible(path, `\`context.${first.text}\` is another root in Cedar`)
  return below('context', names)
}

function below(subject: string, names: readonly Name[]): string {
  return names.reduce(attribute, subject)
}
