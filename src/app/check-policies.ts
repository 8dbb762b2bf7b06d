import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import { loadPolicyDirectory } from '../sources/policy-files/load-policy-directory.ts'
import { READING } from './policy-reading.ts'

export interface PolicyCheck {
  readonly ok: boolean
  /** Of the set, when it loads. */
  readonly version?: string
  readonly rules?: number
  readonly diagnostics: readonly Diagnostic[]
}

/** Would the policies below this directory load? Errors and warnings, each with its place. */
export function checkPolicies(directory: string): PolicyCheck {
  const { set, diagnostics } = loadPolicyDirectory(directory, READING)
  if (set === undefined) return { ok: false, diagnostics }
  return { ok: true, version: set.version, rules: set.ruleCount, diagnostics }
}
