import { parseFieldPath } from '../kernel/obligations/field-path.ts'
import { REDACTION_PATTERNS } from '../kernel/obligations/patterns.ts'
import { obligationRegistry } from '../kernel/policy/obligation-registry.ts'

/** The obligations that policies of this runtime may demand. */
export const OBLIGATIONS = obligationRegistry({
  patterns: Object.keys(REDACTION_PATTERNS),
  checkField: parseFieldPath,
})
