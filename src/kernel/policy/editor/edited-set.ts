import { Diagnostics } from '../language/diagnostics.ts'
import { tokensOf } from '../language/lexer.ts'
import type { ParsedFile } from '../language/parser.ts'
import { parsePolicyFile } from '../language/parser.ts'
import type { PolicyText } from '../load-policies.ts'
import type { ObligationRegistry } from '../obligation-registry.ts'
import { Declared } from './declared.ts'
import { occurrencesIn } from './occurrences.ts'
import type { Occurrence } from './subject.ts'

/** What policies may name without declaring it. */
export interface BuiltIn {
  readonly registry: ObligationRegistry
  /** What `redact` finds in text. */
  readonly patterns: readonly string[]
}

/** The files of a set as they are being written: each read as far as it can be. */
export class EditedSet {
  readonly declared: Declared
  readonly builtIn: BuiltIn
  private readonly parsed: ReadonlyMap<string, ParsedFile>
  private readonly occurrences = new Map<string, readonly Occurrence[]>()

  /** `parsed`: by the names of the files, each read by `readUnfinished`. */
  constructor(parsed: readonly ParsedFile[], builtIn: BuiltIn) {
    this.parsed = new Map(parsed.map((file) => [file.source.file, file]))
    this.builtIn = builtIn
    this.declared = new Declared(
      parsed.flatMap(({ source, tree }) => tree.declarations.map((node) => ({ source, node }))),
    )
  }

  get files(): readonly ParsedFile[] {
    return [...this.parsed.values()]
  }

  file(name: string): ParsedFile | undefined {
    return this.parsed.get(name)
  }

  /** Everything that a file names. */
  namedIn(file: ParsedFile): readonly Occurrence[] {
    const known = this.occurrences.get(file.source.file)
    const found = known ?? occurrencesIn(file, this.declared)
    this.occurrences.set(file.source.file, found)
    return found
  }

  namedAt(file: ParsedFile, offset: number): Occurrence | undefined {
    return this.namedIn(file).find(({ at }) => at.start <= offset && offset <= at.end)
  }
}

/**
 * Reads a text in which something may be half typed. What cannot be read as tokens, as a string
 * that is not closed yet, is taken for space, so that everything else keeps its place.
 */
export function readUnfinished({ file, text }: PolicyText): ParsedFile {
  const read = parsePolicyFile(file, text)
  const { diagnostics, source } = read
  const unreadable = new Diagnostics(source)
  if (diagnostics.length > 0) tokensOf(source, unreadable)
  if (unreadable.list().length === 0) return read
  let blanked = text
  for (const { line, column, length } of unreadable.list()) {
    const start = (source.lines[line - 1] ?? 0) + column - 1
    blanked = `${blanked.slice(0, start)}${' '.repeat(length)}${blanked.slice(start + length)}`
  }
  const again = parsePolicyFile(file, blanked.slice(0, text.length))
  return { ...again, source, diagnostics }
}
