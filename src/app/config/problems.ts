import { PortcullisError } from '../../kernel/errors.ts'
import { visible } from '../../kernel/text/visible.ts'
import type { FilePlace, Node, Place, Scalar, Table } from './toml-tree.ts'

/** Mistakes shown at once. */
export const SHOWN_PROBLEMS_LIMIT = 20
/** Columns of a line that is quoted; of a longer one only the place is named. */
export const QUOTED_LINE_LIMIT = 200

type ProblemCode = 'CONFIG_INVALID' | 'CONFIG_INSECURE_LISTENER'

/** A mistake in the configuration: where, and what to do about it. Never a value. */
export interface Problem {
  readonly place: Place
  readonly message: string
  readonly code?: ProblemCode
}

/** A mistake in what a key says, by its path. */
export interface Finding extends Pick<Problem, 'message' | 'code'> {
  readonly path: readonly (string | number)[]
}

/** The file as problems quote it. */
export interface Source {
  readonly file: string
  /** The text with every secret blotted out; empty where nothing of it may be shown. */
  readonly text: string
}

/** All mistakes in one error: each with its place, the line and a caret below it. */
export function configError(problems: readonly Problem[], source: Source): PortcullisError {
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b))
  const shown = sorted.slice(0, SHOWN_PROBLEMS_LIMIT).map((problem) => render(problem, source))
  const hidden = sorted.length - shown.length
  const count = sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`
  const more = hidden > 0 ? [`and ${hidden} more`] : []
  const insecure = sorted.every(({ code }) => code === 'CONFIG_INSECURE_LISTENER')
  return new PortcullisError(
    insecure ? 'CONFIG_INSECURE_LISTENER' : 'CONFIG_INVALID',
    [`the configuration has ${count}`, ...shown, ...more].join('\n'),
  )
}

/** `portcullis.toml:12:5`, or the name of the variable. */
export function nameOfPlace(place: Place, file: string): string {
  return place.kind === 'file' ? `${file}:${place.line}:${place.column}` : place.name
}

/**
 * The text with a dot for each letter of its values, save those that may be shown. A value under a
 * misspelt key is blotted out too: the key may have been meant to be `headers`.
 */
export function blotOut(text: string, tree: Table, shown: ReadonlySet<Place>): string {
  let blotted = text
  for (const { place } of scalarsOf(tree)) {
    if (place.kind !== 'file' || shown.has(place)) continue
    const { start, end } = place
    blotted = blotted.slice(0, start) + dotted(text.slice(start, end)) + blotted.slice(end)
  }
  return blotted
}

function* scalarsOf(node: Node): Generator<Scalar> {
  if (node.kind === 'scalar') yield node
  else if (node.kind === 'list') for (const item of node.items) yield* scalarsOf(item)
  else for (const entry of node.entries.values()) yield* scalarsOf(entry.node)
}

/**
 * The same for a text that is no TOML, where nobody can say what is a secret: only what stands
 * before `=`, and headers of tables, stay. A string of several lines could look like either.
 */
export function blotOutValues(text: string): string {
  if (/"""|'''/.test(text)) return ''
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*\[[^=]*$/.test(line)) return line
      const equals = line.indexOf('=') + 1
      return line.slice(0, equals) + dotted(line.slice(equals))
    })
    .join('\n')
}

function dotted(text: string): string {
  return text.replaceAll(/[^\s"'=[\]{},]/g, '·')
}

/** In the order of the file; what the environment says comes last. */
function rank({ place }: Problem): number {
  return place.kind === 'file' ? place.start : Number.MAX_SAFE_INTEGER
}

function render({ place, message }: Problem, { file, text }: Source): string {
  const headline = `${nameOfPlace(place, file)}: ${visible(message)}`
  const line = place.kind === 'file' ? text.split('\n')[place.line - 1]?.trimEnd() : undefined
  if (place.kind !== 'file' || !line || line.length > QUOTED_LINE_LIMIT) return headline
  return [headline, ...excerpt(place, line)].join('\n')
}

function excerpt({ line: number, column, start, end }: FilePlace, line: string): string[] {
  const gutter = String(number)
  // A tab before the column stays a tab, so that the caret lands where the editor shows it.
  const indent = line.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')
  const carets = '^'.repeat(Math.max(1, Math.min(end - start, line.length - column + 1)))
  return [`  ${gutter} | ${visible(line)}`, `  ${' '.repeat(gutter.length)} | ${indent}${carets}`]
}
