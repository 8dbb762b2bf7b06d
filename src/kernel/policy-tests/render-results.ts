import type { Explanation } from '../policy/explain.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import { renderExplanation } from '../policy/render-explanation.ts'
import { visible } from '../text/visible.ts'
import type { CellResult, Difference } from './run-tests.ts'

/** Explains a request under the policies that were tested. */
export type Explain = (request: PolicyRequest) => Explanation

/** Every cell on a line below its test and file; of those that fail all there is to know. */
export function renderResults(results: readonly CellResult[], explain: Explain): string {
  const lines: string[] = []
  let before: CellResult | undefined
  for (const result of results) {
    if (result.suite !== before?.suite) lines.push(visible(result.suite.file))
    if (result.test !== before?.test) lines.push(`  ${visible(result.test.name)}`)
    lines.push(...cellLines(result, explain))
    before = result
  }
  return lines.join('\n')
}

export function isOk({ differences }: CellResult): boolean {
  return differences.length === 0
}

function cellLines(result: CellResult, explain: Explain): readonly string[] {
  const { cell, differences } = result
  const title = visible(cell.title.join('  '))
  if (isOk(result)) return [`    ok    ${title}`]
  const { file, line, column } = cell.expected.at
  const explanation = renderExplanation(explain(cell.request)).split('\n')
  return [
    `    FAIL  ${title}`,
    `          --> ${visible(file)}:${line}:${column}`,
    ...differences.map((difference) => `          ${differenceText(difference)}`),
    ...explanation.map((text) => `          | ${text}`.trimEnd()),
  ]
}

/** `effect: expected deny, got allow` */
export function differenceText({ what, expected, actual }: Difference): string {
  return `${what}: expected ${visible(expected)}, got ${visible(actual)}`
}

/** A failure in one line: `a.test.yaml:7:1 sales slack.post: effect: expected allow, got deny`. */
export function resultLine({ cell, differences }: CellResult): string {
  const { file, line, column } = cell.expected.at
  const place = visible(`${file}:${line}:${column} ${cell.title.join(' ')}`)
  return `${place}: ${differences.map(differenceText).join(', ')}`
}
