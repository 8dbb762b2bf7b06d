/** The tables of the model card, as text. */
import { ADAPTIVE_SOURCE, OWN_SOURCE, QUIET_SOURCE } from './corpus.ts'
import { flagged, type Judged, rejected, type Share, share, wilson } from './evaluate.ts'

/** Whose rows nobody read before the rules were frozen, apart from the parts set aside. */
const NEVER_READ = new Set(['agent-defenders', 'atr', 'cisco'])

/** Sources with fewer poisoned rows than these are told together: alone they say nothing. */
const FEW = 20

export function printTables(judged: readonly Judged[]): void {
  const poisoned = judged.filter(({ row }) => row.label === 1)
  const others = poisoned.filter(
    ({ row }) => ![OWN_SOURCE, QUIET_SOURCE, ADAPTIVE_SOURCE].includes(row.source),
  )
  const sizes = Map.groupBy(others, ({ row }) => row.source)
  const nameOf = ({ row }: Judged) => {
    if ((sizes.get(row.source)?.length ?? 0) < FEW) return 'the small ones'
    return row.read === true ? `${row.source}, the part read` : row.source
  }
  const bySource = Map.groupBy(others, nameOf)
  printRecall('Poisoned definitions of others, flagged (source left out)', bySource)
  const averaged = [...bySource].filter(([name]) => !name.includes('the part read'))
  const rates = averaged.map(([, of]) => rate(share(of, ({ review }) => flagged(review))))
  const ruleRates = averaged.map(([, of]) => rate(share(of, ({ byRules }) => flagged(byRules))))
  console.log(`macro average: ${percent(mean(rates))} (rules alone ${percent(mean(ruleRates))})\n`)
  const unread = averaged.filter(([name]) => NEVER_READ.has(name))
  const unreadRates = unread.map(([, of]) => rate(share(of, ({ review }) => flagged(review))))
  console.log(`of the rows never read: ${percent(mean(unreadRates))}\n`)
  const own = poisoned.filter(({ row }) => [OWN_SOURCE, QUIET_SOURCE].includes(row.source))
  printRecall(
    'Our own attacks by family',
    Map.groupBy(own, ({ row }) => row.family),
  )
  const adaptive = poisoned.filter(({ row }) => row.source === ADAPTIVE_SOURCE)
  printRecall(
    'Written knowing the rules',
    Map.groupBy(adaptive, ({ row }) => row.family),
  )
  printFalseAlarms(judged.filter(({ row }) => row.label === 0))
  printPrecision(judged)
}

function printRecall(title: string, groups: ReadonlyMap<string, readonly Judged[]>): void {
  console.log(
    `${title}\n\n| | rows | rules alone | rules and score | rejected |\n|---|--:|--:|--:|--:|`,
  )
  for (const [name, of] of groups) {
    const byRules = share(of, (it) => flagged(it.byRules))
    const both = share(of, (it) => flagged(it.review))
    const gone = share(of, (it) => rejected(it.review))
    console.log(`| ${name} | ${of.length} | ${told(byRules)} | ${told(both)} | ${told(gone)} |`)
  }
  console.log('')
}

function printFalseAlarms(benign: readonly Judged[]): void {
  console.log('Benign definitions\n\n| | rows | flagged | rejected |\n|---|--:|--:|--:|')
  const real = benign.filter(({ row }) => row.family === 'real')
  const groups = [
    ...Map.groupBy(real, ({ row }) => row.source),
    ['all real ones', real] as const,
    ['written for tests', benign.filter(({ row }) => row.family !== 'real')] as const,
  ]
  for (const [name, of] of groups) {
    const some = share(of, (it) => flagged(it.review))
    const gone = share(of, (it) => rejected(it.review))
    console.log(`| ${name} | ${of.length} | ${told(some)} | ${told(gone)} |`)
  }
  console.log('')
}

/** Of the definitions in which a rule finds something grave, how many are poisoned. */
function printPrecision(judged: readonly Judged[]): void {
  const seen = judged.filter(({ row }) => row.source !== ADAPTIVE_SOURCE)
  const hits = seen.flatMap((it) =>
    [...new Set(it.byRules.findings.filter(isGrave).map(({ rule }) => rule))].map((rule) => ({
      rule,
      label: it.row.label,
    })),
  )
  console.log(
    'Rules: of the definitions flagged, poisoned\n\n| rule | flagged | precision |\n|---|--:|--:|',
  )
  for (const [rule, of] of [...Map.groupBy(hits, (hit) => hit.rule)].sort())
    console.log(`| \`${rule}\` | ${of.length} | ${told(share(of, ({ label }) => label === 1))} |`)
}

function isGrave({ kind, severity }: { kind: string; severity: string }): boolean {
  return kind === 'malice' && severity !== 'info'
}

function told(of: Share): string {
  const [low, high] = wilson(of)
  return `${percent(rate(of))} (${percent(low)}–${percent(high)})`
}

function rate({ count, of }: Share): number {
  return of === 0 ? 0 : count / of
}

function mean(rates: readonly number[]): number {
  return rates.reduce((sum, it) => sum + it, 0) / Math.max(1, rates.length)
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`
}
