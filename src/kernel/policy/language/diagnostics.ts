import { visible } from '../../text/visible.ts'
import { MAX_DIAGNOSTICS } from './bounds.ts'
import { renderExcerpt } from './excerpt.ts'
import type { Source, Span } from './source.ts'
import { positionOf } from './source.ts'

/** Something wrong, or doubtful, in a policy file. One error refuses the whole set. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line as written; empty when the file could not be read. */
  readonly text: string
  /** How much of the line is meant, in UTF-16 units, at least 1. */
  readonly length: number
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

/** What is wrong, said to the place where it stands. */
export interface Finding {
  readonly at: Span
  readonly message: string
  readonly hint?: string | undefined
}

/** A mistake always comes with what to do about it. */
export interface Mistake extends Finding {
  readonly hint: string
}

const NONE: readonly Diagnostic[] = Object.freeze([])

/** Collects what is found in one file, up to `MAX_DIAGNOSTICS` errors. */
export class Diagnostics {
  readonly source: Source
  private readonly kept: Diagnostic[] = []
  private errorCount = 0

  constructor(source: Source) {
    this.source = source
  }

  error(finding: Mistake): void {
    this.errorCount++
    if (this.errorCount <= MAX_DIAGNOSTICS) this.kept.push(this.diagnostic('error', finding))
  }

  warning(finding: Finding): void {
    if (this.kept.length < 2 * MAX_DIAGNOSTICS) this.kept.push(this.diagnostic('warning', finding))
  }

  /** In the order of the text, with a note when there were more errors than are kept. */
  list(): readonly Diagnostic[] {
    if (this.kept.length === 0) return NONE
    const sorted = this.kept.toSorted((a, b) => a.line - b.line || a.column - b.column)
    const more = this.errorCount - MAX_DIAGNOSTICS
    if (more <= 0) return sorted
    const end = this.source.text.length
    const message = `${more} more ${more === 1 ? 'error' : 'errors'} in this file`
    return [
      ...sorted,
      this.diagnostic('error', { at: { start: end, end }, message, hint: 'mend these first' }),
    ]
  }

  private diagnostic(severity: Diagnostic['severity'], finding: Finding): Diagnostic {
    const { at, message, hint } = finding
    const { line, column, text } = positionOf(this.source, at.start)
    const length = Math.max(1, Math.min(at.end - at.start, text.length - column + 1))
    const place = { file: this.source.file, line, column, text, length }
    return hint === undefined
      ? { severity, ...place, message }
      : { severity, ...place, message, hint }
  }
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** A diagnostic about a whole file, as when it cannot be read. */
export function fileDiagnostic(file: string, message: string): Diagnostic {
  return { severity: 'error', file, line: 1, column: 1, text: '', length: 1, message }
}

/** A diagnostic as compilers print it: what, where, the line, a caret, what to do. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { severity, message, hint } = diagnostic
  const lines = [`${severity}: ${visible(message)}`, ...renderExcerpt(diagnostic)]
  if (hint !== undefined) lines.push(`  hint: ${visible(hint)}`)
  return lines.join('\n')
}
