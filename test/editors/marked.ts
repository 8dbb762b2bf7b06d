import assert from 'node:assert/strict'
import { REDACTION_PATTERNS } from '../../src/kernel/obligations/patterns.ts'
import { EditedSet, readUnfinished } from '../../src/kernel/policy/editor/edited-set.ts'
import type { ParsedFile } from '../../src/kernel/policy/language/parser.ts'
import { REGISTRY } from '../policy-matrix/registry.ts'

export const BUILT_IN = { registry: REGISTRY, patterns: Object.keys(REDACTION_PATTERNS) }

export interface Marked {
  readonly set: EditedSet
  readonly file: ParsedFile
  readonly offset: number
}

/** A set of two files: `others`, and a text in which `¦` marks the place of the cursor. */
export function marked(text: string, others = ''): Marked {
  const offset = text.indexOf('¦')
  assert.notEqual(offset, -1, 'a `¦` marks the place')
  const file = readUnfinished({ file: 'p.policy', text: text.replace('¦', '') })
  const other = readUnfinished({ file: 'others.policy', text: others })
  return { set: new EditedSet([other, file], BUILT_IN), file, offset }
}
