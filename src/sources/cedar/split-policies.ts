import type { Span } from '../../kernel/policy/language/source.ts'

/** One policy in a Cedar file: from its first annotation to its semicolon. */
export interface Piece extends Span {
  readonly annotations: readonly AnnotationSpan[]
}

export interface AnnotationSpan extends Span {
  readonly name: string
}

/** Cedar's lexis as far as it tells where a policy ends. A line comment ends at either line end. */
const SPACE = /(?:\s|\/\/[^\r\n]*)+/uy
const STRING = /"(?:[^"\\]|\\[^\n])*"/uy
const NAME = /[A-Za-z_]\w*/uy

/**
 * The policies of a Cedar text. Cedar's own parser takes a text as a whole and tells neither where
 * each policy stands nor of a second mistake. A semicolon outside strings and comments ends a
 * policy and stands nowhere else; what is left over at the end is a piece too, for the parser to
 * refuse.
 */
export function splitPolicies(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = skip(SPACE, text, 0)
  while (at < text.length) {
    const end = endOf(text, at)
    pieces.push({ start: at, end, annotations: annotationsOf(text, at) })
    at = skip(SPACE, text, end)
  }
  return pieces
}

function endOf(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const next = skip(STRING, text, skip(SPACE, text, at))
    if (next > at) at = next
    else if (text[at++] === ';') return at
  }
  return text.length
}

/** `@name("text")` and `@name` before `permit` or `forbid`. */
function annotationsOf(text: string, from: number): readonly AnnotationSpan[] {
  const found: AnnotationSpan[] = []
  let at = from
  while (text[at] === '@') {
    const start = skip(SPACE, text, at + 1)
    const named = skip(NAME, text, start)
    const name = text.slice(start, named)
    const open = skip(SPACE, text, named)
    let end = named
    if (text[open] === '(') {
      const close = skip(SPACE, text, skip(STRING, text, skip(SPACE, text, open + 1)))
      if (text[close] === ')') end = close + 1
    }
    found.push({ name, start: at, end })
    at = skip(SPACE, text, end)
  }
  return found
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
