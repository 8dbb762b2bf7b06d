import { PortcullisError } from '../../kernel/errors.ts'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { LoadedPolicies, PolicyText } from '../../kernel/policy/load-policies.ts'
import { loadPolicies } from '../../kernel/policy/load-policies.ts'
import type { ObligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import type { OutsideLanguage } from '../../kernel/policy/outside.ts'
import { readPolicyFiles } from './read-policy-files.ts'

/** What policies below a directory are written in, and may demand. */
export interface PolicyReading {
  readonly registry: ObligationRegistry
  /** Another language, whose files stand beside ours. */
  readonly outside?: OutsideLanguage
}

export interface LoadedDirectory extends LoadedPolicies {
  /** What could be read of it. */
  readonly files: readonly PolicyText[]
}

/**
 * Reads and compiles the policies below a directory. One file that cannot be read refuses all. With
 * what was loaded `previous`ly, only what has changed is compiled.
 * @throws PortcullisError when what reads the other language is not installed.
 */
export function loadPolicyDirectory(
  directory: string,
  reading: PolicyReading,
  previous?: LoadedPolicies,
): LoadedDirectory {
  const { files, diagnostics } = readSetFiles(directory, reading)
  if (diagnostics.length > 0) return { set: undefined, diagnostics, files }
  const { registry, outside } = reading
  return { ...loadPolicies(files, registry, { previous, outside }), files }
}

export interface SetFiles {
  readonly files: readonly PolicyText[]
  /** What could not be read. With any of these the files are not the whole set. */
  readonly diagnostics: readonly Diagnostic[]
}

/** All files below a directory that make its set, in either language, sorted by name. */
export function readSetFiles(
  directory: string,
  { outside }: Pick<PolicyReading, 'outside'>,
): SetFiles {
  const read = readPolicyFiles(directory, outside?.endings)
  const files = [...read.files, ...read.outside].sort((a, b) => (a.file < b.file ? -1 : 1))
  return { files, diagnostics: read.diagnostics }
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
