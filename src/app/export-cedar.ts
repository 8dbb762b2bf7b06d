import { PortcullisError } from '../kernel/errors.ts'
import type { CedarExport } from '../kernel/policy/export-cedar/export-cedar.ts'
import { exportCedar } from '../kernel/policy/export-cedar/export-cedar.ts'
import type { LeftOut } from '../kernel/policy/export-cedar/left-out.ts'
import { policiesInvalid } from '../sources/policy-files/load-policy-directory.ts'
import { readPolicyFiles } from '../sources/policy-files/read-policy-files.ts'
import { OBLIGATIONS } from './obligations.ts'

/**
 * The policies below a directory in Cedar. Cedar files there are Cedar already and stay as they
 * are.
 * @throws PortcullisError `POLICY_INVALID`; `CEDAR_EXPORT_PARTIAL`, with every rule that denies or
 *   demands and has no words in Cedar, unless `partial` is asked for.
 */
export function exportPolicies(directory: string, options: { partial: boolean }): CedarExport {
  const { files, diagnostics } = readPolicyFiles(directory)
  if (diagnostics.length > 0) throw policiesInvalid(directory, diagnostics)
  const outcome = exportCedar(files, OBLIGATIONS)
  if (!outcome.ok) throw policiesInvalid(directory, outcome.diagnostics)
  const { exported } = outcome
  if (exported.missing.length === 0 || options.partial) return exported
  const rules = exported.missing.map((left) => `  ${leftOutText(left)}`).join('\n')
  throw new PortcullisError(
    'CEDAR_EXPORT_PARTIAL',
    `what Cedar has no words for denies or demands\n${rules}`,
  )
}

/** `policies/sales.policy:4:3 deny: a.b if … (Cedar has no quantifiers)` */
export function leftOutText({ file, line, column, text, why }: LeftOut): string {
  return `${file}:${line}:${column} ${text} (${why})`
}
