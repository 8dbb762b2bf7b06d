import { checkPolicies } from './check/check-policies.ts'
import { compilePolicies } from './evaluate/compile-policies.ts'
import { MAX_RULES } from './language/bounds.ts'
import type { Diagnostic } from './language/diagnostics.ts'
import { fileDiagnostic } from './language/diagnostics.ts'
import type { ParsedFile } from './language/parser.ts'
import { parsePolicyFile } from './language/parser.ts'
import type { ObligationRegistry } from './obligation-registry.ts'
import { PolicySet } from './policy-set.ts'
import { versionOf } from './version.ts'

/** A policy file as read. `file` is the name that diagnostics and decisions show. */
export interface PolicyText {
  readonly file: string
  readonly text: string
}

export interface LoadedPolicies {
  /** Absent when there is an error. */
  readonly set: PolicySet | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Parses, checks and compiles a set of files. The order of the files never matters. One error
 * anywhere and there is no set: half a set could lack the half that denies.
 */
export function loadPolicies(
  files: readonly PolicyText[],
  registry: ObligationRegistry,
): LoadedPolicies {
  return loadParsed(
    files.map(({ file, text }) => parsePolicyFile(file, text)),
    registry,
  )
}

/** The same for files that have been read already. */
export function loadParsed(
  files: readonly ParsedFile[],
  registry: ObligationRegistry,
): LoadedPolicies {
  const parsed = files.toSorted((a, b) => (a.source.file < b.source.file ? -1 : 1))
  const unreadable = parsed.flatMap(({ diagnostics }) => diagnostics)
  if (hasError(unreadable)) return { set: undefined, diagnostics: unreadable }
  const tooMany = beyondBounds(parsed)
  if (tooMany !== undefined) return { set: undefined, diagnostics: [tooMany] }
  const { set, diagnostics } = checkPolicies(parsed, registry)
  if (hasError(diagnostics)) return { set: undefined, diagnostics }
  return { set: new PolicySet(versionOf(parsed), compilePolicies(set)), diagnostics }
}

function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

function beyondBounds(files: readonly ParsedFile[]): Diagnostic | undefined {
  let rules = 0
  for (const { source, tree } of files) {
    for (const policy of tree.policies) rules += policy.rules.length
    if (rules > MAX_RULES) return fileDiagnostic(source.file, `more than ${MAX_RULES} rules in all`)
  }
  return undefined
}
