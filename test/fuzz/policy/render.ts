import type { CampaignReport } from './campaign.ts'
import type { GrowthReport } from './growth.ts'

/** The longest list of rows that is printed of one table; the rest is counted. */
const ROWS = 60

export function campaignText(report: CampaignReport): string {
  const { campaign, seed, cases, seconds, counts, failures } = report
  const lines = [`${campaign}: ${grouped(cases)} cases in ${seconds.toFixed(0)} s, seed ${seed}`]
  for (const [table, rows] of Object.entries(counts).sort()) {
    const sorted = Object.entries(rows).sort(([, a], [, b]) => b - a)
    lines.push('', `  ${table}`)
    for (const [row, number] of sorted.slice(0, ROWS)) lines.push(`  ${amount(number)}  ${row}`)
    if (sorted.length > ROWS) lines.push(`  ${amount(sorted.length - ROWS)}  more rows`)
  }
  for (const { seed: batch, text } of failures)
    lines.push('', `FAILED: again with ${campaign} --seed ${batch} --cases 1`, '', text)
  if (failures.length === 0) lines.push('', `  ${amount(0)}  failures`)
  return `${lines.join('\n')}\n\n`
}

export function growthText({ families, linear }: GrowthReport): string {
  const lines = ['growth: nanoseconds a character, on texts of one kind that double in size', '']
  for (const { name, sizes, nanoseconds, ratio } of families) {
    const range = `${grouped(sizes.at(0) ?? 0)} … ${grouped(sizes.at(-1) ?? 0)} characters`
    const figures = nanoseconds.map((one) => one.toFixed(0).padStart(5)).join(' ')
    lines.push(`  ${name.padEnd(26)} ${figures}   ${ratio.toFixed(1)}×   ${range}`)
  }
  return `${lines.join('\n')}\n\n  ${linear ? 'linear' : 'FAILED: more than linear'}\n`
}

function amount(number: number): string {
  return grouped(number).padStart(12)
}

function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
