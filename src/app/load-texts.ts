import { PortcullisError } from '../kernel/errors.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import {
  type LoadedPolicies,
  loadPolicies,
  type PolicyText,
} from '../kernel/policy/load-policies.ts'
import type { PolicySet } from '../kernel/policy/policy-set.ts'
import type { PolicyVersions } from '../stores/policy-versions/policy-versions.ts'
import { READING } from './policy-reading.ts'

/** Policies from texts, as this runtime reads them from a directory. */
export function loadTexts(files: readonly PolicyText[]): LoadedPolicies {
  const { registry, outside } = READING
  return loadPolicies(files, registry, { outside })
}

/** Files, and the set that they make. */
export interface LoadedVersion {
  readonly version: string
  readonly files: readonly PolicyText[]
  readonly set: PolicySet
}

/**
 * A version that is kept, checked against its digest.
 * @throws PortcullisError `POLICY_VERSION_UNKNOWN`; `POLICY_VERSION_CORRUPT` when its files make
 *   another set, or none by now.
 */
export function loadVersion(versions: PolicyVersions, version: string): LoadedVersion {
  const files = versions.files(version)
  const { set, diagnostics } = loadTexts(files)
  if (set?.version === version) return { version, files, set }
  const why =
    set === undefined
      ? `does not load\n\n${diagnostics.map(renderDiagnostic).join('\n\n')}\n`
      : `holds the files of \`${set.version}\``
  throw new PortcullisError('POLICY_VERSION_CORRUPT', `the kept version \`${version}\` ${why}`)
}
