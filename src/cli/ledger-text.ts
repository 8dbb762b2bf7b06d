import type { LedgerVerdict } from '../app/ledger-files.ts'
import { LEDGER_FAULTS, type LedgerProblem } from '../kernel/receipt/ledger-report.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import { isUnmet, outcomeOf } from '../kernel/receipt/receipt-filter.ts'
import type { VerifiedReceipt } from '../kernel/receipt/verify-receipt.ts'

/** Of a receipt: a line of a table. */
const COLUMNS: readonly [title: string, cell: (receipt: Receipt) => string][] = [
  ['SEQ', ({ seq }) => String(seq)],
  ['TIME', ({ ts }) => new Date(ts).toISOString()],
  ['KIND', ({ kind }) => kind],
  ['OUTCOME', outcomeText],
  ['ACTOR', ({ actor }) => actor.at(-1)?.id ?? '-'],
  ['OPERATION', ({ action }) => action?.operation ?? '-'],
  ['BECAUSE', because],
  ['ID', ({ id }) => id],
]

export function tableOf(receipts: readonly Receipt[]): string {
  const rows = receipts.map((receipt) => COLUMNS.map(([, cell]) => printable(cell(receipt))))
  const table = [COLUMNS.map(([title]) => title), ...rows]
  const widths = COLUMNS.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0))
  return table.map((row) => line(row).join('  ').trimEnd()).join('\n')
}

/** The whole receipt, a member a line. */
export function wholeText(receipt: Receipt): string {
  return JSON.stringify(receipt, null, 2).split('\n').map(printable).join('\n')
}

export function verdictText(verdict: LedgerVerdict): string {
  const { ok, ledger, receipts, checkpoints, size, root, origin, problems, unlisted } = verdict
  const lines = [
    `${ledger}: ${ok ? 'holds' : 'DOES NOT HOLD'}`,
    `  ${receipts} receipts under ${checkpoints} checkpoints of ${origin}`,
    ...verdict.logs.map((log) => `  ${log.size} receipts of ${printable(log.tenant)}`),
    `  head ${size} ${root}`,
    ...(ok && verdict.indexed !== undefined
      ? [`  index of ${verdict.indexed} leaves: agrees`]
      : []),
    ...verdict.quarantined.map((name) => `  set aside by a recovery: quarantine/${name}`),
  ]
  const more = unlisted === 0 ? [] : [`  and ${unlisted} more problems`]
  const hints = advice(ok, verdict.remembered)
  return [...lines, ...problems.map(problemText), ...more, ...hints].join('\n')
}

export function provedText({ receipt, checkpoint }: VerifiedReceipt): string {
  return [
    `receipt ${receipt.id}: holds`,
    `  leaf ${receipt.seq} of ${checkpoint.size} in the log ${checkpoint.origin}`,
    tableOf([receipt]),
  ].join('\n')
}

export function problemText({ code, log, seq, at, message }: LedgerProblem): string {
  const receipt =
    seq === undefined ? '' : ` at receipt ${seq}${log === undefined ? '' : ` of ${log}`}`
  const byte = at === undefined ? '' : ` at byte ${at.offset} of segment ${at.segment}`
  const place = printable(`${receipt}${byte}`)
  return `  ${code}${place}: ${LEDGER_FAULTS[code]}\n    ${printable(message)}`
}

/** An end that was cut off together with its checkpoints shows to nobody without a memory. */
function advice(ok: boolean, remembered: boolean): readonly string[] {
  if (!ok || remembered) return []
  return ['  compared with no earlier checkpoint: `--remember FILE` makes a cut-off end show']
}

/** In observe mode a policy has no say: what it would have said is marked as that. */
function outcomeText(receipt: Receipt): string {
  const observed = receipt.decision?.observed
  const outcome = outcomeOf(receipt)
  return observed === undefined ? outcome : `${outcome} (observed: ${observed.effect})`
}

/** The rule that settled it; without one, the code, the reason or what there is to say. */
export function because(receipt: Receipt): string {
  const { decision, code, event } = receipt
  const [rule] = isUnmet(receipt) ? [] : (decision?.rules ?? [])
  return rule === undefined
    ? (code ?? decision?.reason ?? event?.detail ?? '-')
    : `${rule.file}:${rule.line}`
}

/** A name can come from an agent: nothing in it may move the cursor or turn the text around. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
