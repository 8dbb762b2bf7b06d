import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MAX_FILE_LENGTH } from '../../kernel/policy/language/bounds.ts'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { fileDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'

/** Policy files under one directory. */
export const MAX_POLICY_FILES = 10_000
/** Directories inside one another; a link that leads back to itself ends here. */
export const MAX_DIRECTORY_DEPTH = 8
/** Bytes of one file: no text within the bound of the language needs more. */
export const MAX_FILE_BYTES = 4 * MAX_FILE_LENGTH

const ENDING = '.policy'

export interface PolicyTexts {
  readonly files: readonly PolicyText[]
  /** Those with one of the other endings asked for. */
  readonly outside: readonly PolicyText[]
  /** What could not be read. With any of these the files are not the whole set. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads `*.policy`, and files with other endings, below a directory, sorted by name. Names are
 * relative to the directory's parent: `policies/sales.policy`. Names that begin with a dot are
 * left out, links are followed.
 */
export function readPolicyFiles(
  directory: string,
  otherEndings: readonly string[] = [],
): PolicyTexts {
  const reader = new Reader(otherEndings)
  reader.directory(directory, basename(directory), 0)
  return reader
}

class Reader {
  readonly files: PolicyText[] = []
  readonly outside: PolicyText[] = []
  readonly diagnostics: Diagnostic[] = []
  private readonly otherEndings: readonly string[]

  constructor(otherEndings: readonly string[]) {
    this.otherEndings = otherEndings
  }

  directory(path: string, name: string, depth: number): void {
    if (depth > MAX_DIRECTORY_DEPTH) {
      this.problem(name, `directories are nested deeper than ${MAX_DIRECTORY_DEPTH} levels`)
      return
    }
    const entries = this.attempt(name, () => readdirSync(path)) ?? []
    for (const entry of entries.sort())
      if (!entry.startsWith('.')) this.entry(join(path, entry), `${name}/${entry}`, depth)
  }

  private entry(path: string, name: string, depth: number): void {
    const stat = this.attempt(name, () => statSync(path))
    if (stat?.isDirectory()) this.directory(path, name, depth + 1)
    else if (stat === undefined || !this.isMeant(name)) return
    else if (!stat.isFile()) this.problem(name, 'is no regular file')
    else if (stat.size > MAX_FILE_BYTES)
      this.problem(name, `is larger than ${MAX_FILE_BYTES} bytes`)
    else if (this.files.length + this.outside.length >= MAX_POLICY_FILES)
      this.problem(name, `there are more than ${MAX_POLICY_FILES} policy files`)
    else this.file(path, name)
  }

  private file(path: string, name: string): void {
    const bytes = this.attempt(name, () => readFileSync(path))
    if (bytes === undefined) return
    const text = this.attempt(name, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (text === undefined) return
    const list = name.endsWith(ENDING) ? this.files : this.outside
    list.push({ file: name, text })
  }

  private isMeant(name: string): boolean {
    return [ENDING, ...this.otherEndings].some((ending) => name.endsWith(ending))
  }

  private attempt<T>(name: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.problem(name, `cannot be read: ${error.message}`)
      return undefined
    }
  }

  private problem(name: string, message: string): void {
    this.diagnostics.push(fileDiagnostic(name, message))
  }
}
