import { visible } from '../../text/visible.ts'
import type { Position } from './source.ts'

interface Place extends Position {
  readonly file: string
  /** How much of the line to underline, from `column`. */
  readonly length?: number
}

/** `policies/sales.policy:4:3`, the line, and a caret under the column. Safe for a terminal. */
export function renderExcerpt(place: Place): readonly string[] {
  const where = `  --> ${visible(place.file)}:${place.line}:${place.column}`
  if (place.text === '') return [where]
  const number = String(place.line)
  const gutter = ' '.repeat(number.length)
  // A tab before the column stays a tab below it, so that the caret lands where editors show it.
  const indent = place.text.slice(0, place.column - 1).replaceAll(/[^\t]/gu, ' ')
  const carets = '^'.repeat(place.length ?? 1)
  return [where, `  ${number} | ${visible(place.text)}`, `  ${gutter} | ${indent}${carets}`]
}
