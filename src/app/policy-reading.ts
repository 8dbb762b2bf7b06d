import { cedar } from '../sources/cedar/cedar-language.ts'
import type { PolicyReading } from '../sources/policy-files/load-policy-directory.ts'
import { OBLIGATIONS } from './obligations.ts'

/** How this runtime reads policies: in our language, and beside it in Cedar. */
export const READING: PolicyReading = { registry: OBLIGATIONS, outside: cedar }
