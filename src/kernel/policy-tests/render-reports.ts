import { visible } from '../text/visible.ts'
import type { Coverage } from './coverage-report.ts'
import { gapsOf } from './coverage-report.ts'
import type { MutationReport } from './mutants/try-mutants.ts'

/** What no test shows, rule by rule, and how much was shown in all. */
export function renderCoverage(coverage: Coverage): string {
  const gaps = coverage.rules.flatMap((rule) => {
    const missing = gapsOf(rule)
    if (missing.length === 0) return []
    const place = `${rule.file}:${rule.line}:${rule.column}`
    return [`  ${visible(`${place} ${rule.rule} in ${rule.policy}`)}`, ...missing.map(indent)]
  })
  const { percent, met, goals } = coverage
  return ['coverage', ...gaps, `  ${percent} %: ${met} of ${goals} ways were seen`].join('\n')
}

function indent(gap: string): string {
  return `    ${visible(gap)}`
}

/** The mistakes that no test noticed, each as a change of its line. */
export function renderMutation(report: MutationReport): string {
  const { killed, survived, unloadable, complete, percent } = report
  const lines = survived.flatMap(({ file, line, column, what, before, after }) => [
    `  survived: ${visible(`${file}:${line}:${column} ${what}`)}`,
    `    - ${visible(before.trim())}`,
    `    + ${visible(after.trim())}`,
  ])
  const total = killed + survived.length
  const aside = unloadable === 0 ? '' : `; ${unloadable} would not load`
  const cut = complete ? [] : ['  NOT ALL were tried: raise `--max-mutants` or `--mutation-time`']
  return [
    ...['mutants', ...lines, ...cut],
    `  ${percent} %: the tests noticed ${killed} of ${total}${aside}`,
  ].join('\n')
}
