import { PortcullisError } from '../../kernel/errors.ts'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { LoadedPolicies, PolicyText } from '../../kernel/policy/load-policies.ts'
import { loadPolicies } from '../../kernel/policy/load-policies.ts'
import type { ObligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import { readPolicyFiles } from './read-policy-files.ts'

export interface LoadedDirectory extends LoadedPolicies {
  /** What could be read of it. */
  readonly files: readonly PolicyText[]
}

/**
 * Reads and compiles the policies below a directory. One file that cannot be read refuses all. With
 * what was loaded `previous`ly, only what has changed is compiled.
 */
export function loadPolicyDirectory(
  directory: string,
  registry: ObligationRegistry,
  previous?: LoadedPolicies,
): LoadedDirectory {
  const { files, diagnostics } = readPolicyFiles(directory)
  if (diagnostics.length > 0) return { set: undefined, diagnostics, files }
  return { ...loadPolicies(files, registry, previous), files }
}

/** `POLICY_INVALID`, with every diagnostic as text. */
export function policiesInvalid(
  directory: string,
  diagnostics: readonly Diagnostic[],
): PortcullisError {
  const mistakes = diagnostics.map(renderDiagnostic).join('\n\n')
  return new PortcullisError(
    'POLICY_INVALID',
    `the policies in \`${directory}\` do not load\n\n${mistakes}\n`,
  )
}
