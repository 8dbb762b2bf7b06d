import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../kernel/policy/load-policies.ts'
import { isOk, resultLine } from '../kernel/policy-tests/render-results.ts'
import { runTests } from '../kernel/policy-tests/run-tests.ts'
import { readTests } from '../sources/policy-tests/read-tests.ts'
import { deciding } from './admin/administration.ts'
import { loadTexts } from './load-texts.ts'
import type { PolicyTestReport } from './policy-control.ts'

/** The tests that came with policies, run on them. A test that cannot be read has failed. */
export function runPushTests(
  files: readonly PolicyText[],
  tests: readonly PolicyText[],
): PolicyTestReport {
  const { set } = loadTexts(files)
  const read = tests.map(readTests)
  const unread = read.flatMap(({ diagnostics }) => diagnostics.map(renderDiagnostic))
  if (set === undefined || unread.length > 0)
    return { passed: 0, failed: Math.max(1, unread.length), failures: unread }
  const suites = read.flatMap((it) => it.suites)
  const results = runTests(suites, deciding(set))
  const failed = results.filter((result) => !isOk(result))
  const failures = failed.map(resultLine)
  return { passed: results.length - failed.length, failed: failed.length, failures }
}
