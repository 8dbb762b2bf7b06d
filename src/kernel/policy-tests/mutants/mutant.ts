import type { Source, Span } from '../../policy/language/source.ts'
import { positionOf } from '../../policy/language/source.ts'

/** One small mistake that somebody could have made in a policy. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What was done: `negate the guard`. */
  readonly what: string
  /** The line as it is, and as the mutant has it; what stood on further lines is gone too. */
  readonly before: string
  readonly after: string
  /** The whole file with the mistake. */
  readonly text: string
}

/** Text to put in the place of a span. */
export interface Edit extends Span {
  readonly replacement: string
  readonly what: string
}

/** Lines keep their numbers, so that tests which name a line still mean it. */
export function mutantOf(source: Source, { start, end, replacement, what }: Edit): Mutant {
  const { file, text } = source
  const lost = text.slice(start, end).split('\n').length - replacement.split('\n').length
  const lineEnds = '\n'.repeat(Math.max(0, lost))
  const mutated = text.slice(0, start) + replacement + lineEnds + text.slice(end)
  const { line, column, text: before } = positionOf(source, start)
  const from = start - column + 1
  const lineEnd = mutated.indexOf('\n', from)
  const after = mutated.slice(from, lineEnd === -1 ? undefined : lineEnd)
  return { ...{ file, line, column, what, before }, after, text: mutated }
}
