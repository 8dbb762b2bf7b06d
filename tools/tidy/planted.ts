import type { RuleName } from '../tidy.ts'
import type { ProjectFile } from './project.ts'

/** A violation that a rule must find, once, at this line. */
export interface Planted {
  readonly rule: RuleName
  readonly violation: string
  readonly files: readonly ProjectFile[]
  readonly line: number
  /** What the message must teach. */
  readonly says: RegExp
}

/** What a rule must leave alone. */
export type Sound = readonly [rule: RuleName, what: string, files: readonly ProjectFile[]]

export function file(path: string, text: string): ProjectFile {
  return { path, text }
}
