import type { CheckedFile } from '../check/check-policies.ts'
import type { CompiledFile } from '../evaluate/compiled.ts'
import type { ParsedFile } from '../language/parser.ts'
import { parsePolicyFile } from '../language/parser.ts'
import type { PolicyText } from '../policy-text.ts'
import { fileDigest } from '../version.ts'

/** A file that has been read. Its tokens are many and not wanted any more. */
export interface ReadFile extends Omit<ParsedFile, 'tokens'>, PolicyText {
  /** Stands for what it says in the version of the set. */
  readonly digest: string
}

/** A file as part of a set. */
export interface LoadedFile extends ReadFile {
  readonly checked: CheckedFile
  readonly compiled: CompiledFile
}

export function readFile({ file, text }: PolicyText): ReadFile {
  return asRead(parsePolicyFile(file, text))
}

export function asRead({ tokens, source, tree, diagnostics }: ParsedFile): ReadFile {
  const { file, text } = source
  return { file, text, source, tree, diagnostics, digest: fileDigest({ source, tokens }) }
}
