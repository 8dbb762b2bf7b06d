import type { Verdicts } from './suite.ts'

/** One scenario, on the server itself and through Portcullis. */
export interface Row {
  readonly scenario: string
  readonly direct: Tally
  readonly through: Tally
  /** Checks that came out otherwise: `tools-list: SUCCESS, through FAILURE`. */
  readonly differences: readonly string[]
}

export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Holds what the suite says of a server against what it says of it through the gateway. */
export function compare(direct: Verdicts, through: Verdicts): readonly Row[] {
  const scenarios = [...new Set([...direct.keys(), ...through.keys()])].sort()
  return scenarios.map((scenario) => {
    const one = direct.get(scenario) ?? new Map<string, string>()
    const other = through.get(scenario) ?? new Map<string, string>()
    const checks = [...new Set([...one.keys(), ...other.keys()])]
    const differences = checks
      .filter((check) => one.get(check) !== other.get(check))
      .map((check) => `${check}: ${one.get(check) ?? '-'}, through ${other.get(check) ?? '-'}`)
    return { scenario, direct: tally(one), through: tally(other), differences }
  })
}

function tally(statuses: ReadonlyMap<string, string>): Tally {
  const all = [...statuses.values()]
  const count = (status: string) => all.filter((it) => it === status).length
  return { passed: count('SUCCESS'), failed: count('FAILURE') }
}

/** What a person reads: a line for a scenario, and below it what differs. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ scenario }) => scenario.length))
  const cell = ({ passed, failed }: Tally) => `${passed} passed, ${failed} failed`.padEnd(22)
  const lines = rows.flatMap(({ scenario, direct, through, differences }) => [
    `${scenario.padEnd(width)}  ${cell(direct)}  ${cell(through)}`.trimEnd(),
    ...differences.map((difference) => `  differs: ${difference}`),
  ])
  const head = `${'scenario'.padEnd(width)}  ${'direct'.padEnd(22)}  through Portcullis`
  return [head, ...lines].join('\n')
}
