import type { Receipt } from '../kernel/receipt/receipt.ts'
import { outcomeOf } from '../kernel/receipt/receipt-filter.ts'
import {
  chainText,
  type StepMark,
  TIMELINE_GAP_MS,
  type Timeline,
  type TimelineStep,
} from '../kernel/receipt/timeline.ts'
import { visible } from '../kernel/text/visible.ts'
import { because } from './ledger-text.ts'
import { table } from './table.ts'

const MARKS: Record<StepMark, string> = {
  denied: '✗',
  failed: '!',
  open: '?',
  aside: '·',
  plain: ' ',
}

const HEADER = ['', 'TIME', 'AFTER', 'WHO', 'WHAT', 'OUTCOME', 'BECAUSE', 'DETAILS']

/** A timeline to be read from the top: a line a step, and a line for each gap. */
export function timelineText(timeline: Timeline): string {
  const { run, runs, steps } = timeline
  const rows = steps.map((step) => rowOf(step, run, runs.length > 1))
  const [header = '', ...lines] = table([HEADER, ...rows]).split('\n')
  const body = lines.flatMap((line, at) => [...gapBefore(steps[at]), line])
  return [...summary(timeline), '', header, ...body].join('\n')
}

function summary({ run, runs, actors, began, ended, counts, steps }: Timeline): readonly string[] {
  const { denied, failed, open, aside } = counts
  const time = (ts = 0) => new Date(ts).toISOString()
  const others = runs.filter((other) => other !== run)
  return [
    visible(`run ${run}: ${steps.length - aside} steps, ${time(began)} to ${time(ended)}`),
    `  ${denied} denied (✗), ${failed} failed or unknown (!), ${open} without outcome (?)`,
    ...actors.map((chain) => visible(`  by ${chain}`)),
    ...others.map((other) => visible(`  with the run ${other}`)),
    ...(aside > 0 ? [`  ${aside} alerts and changes of that time (·)`] : []),
  ]
}

function rowOf({ receipt, outcome, afterMs, mark }: TimelineStep, run: string, many: boolean) {
  const { actor, action } = receipt
  const what = action === undefined ? '-' : actionText(action)
  const other = many && receipt.run !== run ? ` (${receipt.run})` : ''
  return [
    MARKS[mark],
    new Date(receipt.ts).toISOString().slice(11, 23),
    `+${spanText(afterMs)}`,
    `${actor.length === 0 ? '-' : chainText(receipt)}${other}`,
    what,
    outcomeText(receipt, outcome),
    because(receipt),
    details(receipt, outcome),
  ]
}

function actionText({ operation, resource }: NonNullable<Receipt['action']>): string {
  return operation === resource.id ? operation : `${operation} ${resource.id}`
}

function outcomeText(receipt: Receipt, outcome: Receipt | undefined): string {
  const decided = outcomeOf(receipt)
  if (outcome === undefined) return decided
  return `${decided} → ${outcomeOf(outcome)} after ${spanText(outcome.ts - receipt.ts)}`
}

function details(receipt: Receipt, outcome: Receipt | undefined): string {
  const both = outcome === undefined ? [receipt] : [receipt, outcome]
  const redacted = both.flatMap(({ redactions = [] }) =>
    redactions.map(({ path, why }) => `${path} (${why})`),
  )
  const spent = both.flatMap(({ spend = [] }) =>
    spend.map(({ budget, amount }) => `${amount} of ${budget}`),
  )
  const { tokens, micros } = outcome?.cost ?? receipt.cost ?? {}
  const { approval, taints = [] } = receipt
  const labels = outcome?.labels ?? receipt.labels ?? []
  const tainted = taints.map(({ label, receipt: of }) => `${label} by ${of}`)
  return [
    ...(redacted.length > 0 ? [`redacted ${redacted.join(', ')}`] : []),
    ...(approval === undefined ? [] : [`approval ${approval.request} ${approval.by.join(', ')}`]),
    ...(labels.length > 0 ? [`gave ${labels.join(', ')}`] : []),
    ...(tainted.length > 0 ? [`after ${tainted.join(', ')}`] : []),
    ...(spent.length > 0 ? [`spent ${spent.join(', ')}`] : []),
    ...(tokens === undefined ? [] : [`${tokens.in} tokens in, ${tokens.out} out`]),
    ...(micros === undefined ? [] : [`cost ${(micros / 1e6).toFixed(6)}`]),
    `#${receipt.seq}${outcome === undefined ? '' : ` #${outcome.seq}`}`,
  ].join('; ')
}

function gapBefore(step: TimelineStep | undefined): readonly string[] {
  const isGap = step !== undefined && step.afterMs >= TIMELINE_GAP_MS
  return isGap ? [`   … ${spanText(step.afterMs)} without a receipt`] : []
}

const SPANS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

/** About so long: `12 ms`, `3.4 s`, `2.5 h`. */
function spanText(ms: number): string {
  const [size, unit] = SPANS.find(([each]) => ms >= each) ?? [1, 'ms']
  return `${Number((ms / size).toFixed(1))} ${unit}`
}
