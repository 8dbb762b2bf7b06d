import { parseFieldPath } from '../../src/kernel/obligations/field-path.ts'
import { REDACTION_PATTERNS } from '../../src/kernel/obligations/patterns.ts'
import type { ObligationRegistry } from '../../src/kernel/policy/obligation-registry.ts'
import { obligationRegistry } from '../../src/kernel/policy/obligation-registry.ts'

/** The obligations of the runtime. */
export const REGISTRY: ObligationRegistry = obligationRegistry({
  patterns: Object.keys(REDACTION_PATTERNS),
  checkField: parseFieldPath,
})
