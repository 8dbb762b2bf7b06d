import { MAX_LINE_LENGTH } from './bounds.ts'
import { trimmed } from './trimmed.ts'

/** A stretch of a source text: offsets in UTF-16 units, `end` not included. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A place for people and editors. Line and column count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
  /** The line as written, without its end. */
  readonly text: string
}

/** One policy file as written. */
export interface Source {
  /** The name that diagnostics, decisions and receipts give it: `policies/sales.policy`. */
  readonly file: string
  readonly text: string
  /** Offset at which each line starts. */
  readonly lines: readonly number[]
}

export function sourceOf(file: string, text: string): Source {
  const lines = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  return { file, text, lines: trimmed(lines) }
}

export function positionOf(source: Source, offset: number): Position {
  const line = lineAt(source.lines, offset)
  const start = source.lines[line - 1] ?? 0
  const end = source.lines[line] ?? source.text.length + 1
  const last = source.text[end - 2] === '\r' ? end - 2 : end - 1
  const text = source.text.slice(start, Math.min(last, start + MAX_LINE_LENGTH))
  return { line, column: offset - start + 1, text }
}

export function textOf(source: Source, span: Span): string {
  return source.text.slice(span.start, span.end)
}

/** The last line that starts at or before `offset`, by bisection. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}
