import { parseFieldPath } from '../kernel/obligations/field-path.ts'
import { REDACTION_CLASSES, REDACTION_PATTERNS } from '../kernel/obligations/patterns.ts'
import { obligationRegistry } from '../kernel/policy/obligation-registry.ts'

/** The obligations that policies of this runtime may demand. */
export const OBLIGATIONS = obligationRegistry({
  patterns: Object.keys(REDACTION_PATTERNS),
  classes: new Map(Object.entries(REDACTION_CLASSES)),
  checkField: parseFieldPath,
})
