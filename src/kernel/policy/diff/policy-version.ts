import type { ParsedFile } from '../language/parser.ts'
import { parsePolicyFile } from '../language/parser.ts'
import type { PolicyText } from '../load-policies.ts'
import type { PolicySet } from '../policy-set.ts'

/** A version to be compared: its files as written, and the set that they make. */
export interface PolicyVersion {
  readonly files: readonly PolicyText[]
  readonly set: PolicySet
}

/** Files that load, as trees; those of another language have none. */
export function parsedFiles(files: readonly PolicyText[]): readonly ParsedFile[] {
  const ours = files.filter(({ file }) => file.endsWith('.policy'))
  return ours.map(({ file, text }) => parsePolicyFile(file, text))
}
