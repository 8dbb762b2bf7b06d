import type { LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import type { Position } from '../segment-files.ts'
import type { HeadText, LogAudit } from './log-audit.ts'
import { headText, type NodeAudit, type SaidHead, type Settled } from './node-audit.ts'

export interface GroupEnd {
  readonly at: Position
  /** The head that an accepted key signed; absent where none did. */
  readonly signed: HeadText | undefined
  /** A frame that should stand earlier. */
  readonly late: Position | undefined
}

export interface Audits {
  readonly problems: LedgerProblems
  readonly node: NodeAudit
  readonly logs: ReadonlyMap<number, LogAudit>
}

/** Judges a group by the head of the node at its end, and names what is wrong with it. */
export function settleGroup(audits: Audits, { at, signed, late }: GroupEnd): void {
  const { heads } = audits.node
  const settled = audits.node.settle(signed, () => soleHeadless(audits, heads))
  blameHeads(audits.problems, settled, { heads, at })
  if (late !== undefined) blameOrder(audits.problems, heads, late)
  const last = new Map<LogAudit, SaidHead>()
  for (const head of heads) if (head.log !== undefined) last.set(head.log, head)
  for (const [log, head] of last) settleLog(log, head, settled)
  for (const log of audits.logs.values()) {
    if (log.dirty) settleHeadless(audits.problems, log, settled)
  }
}

function blameHeads(
  problems: LedgerProblems,
  settled: Settled,
  { heads, at }: { heads: readonly SaidHead[]; at: Position },
): void {
  if (settled === 'missing') {
    problems.add('LEDGER_HEAD_MISSING', 'heads are missing from the log of the node', { at })
  } else if (settled === 'altered') {
    const message = 'the heads in the log of the node are not those that were signed'
    problems.add('LEDGER_HEAD_ALTERED', message, { at: heads[0]?.at ?? at })
  } else if (settled === 'computed') {
    for (const head of heads.filter(({ text, expected }) => text !== expected)) {
      problems.add('LEDGER_HEAD_ALTERED', 'the head is not what was signed', { at: head.at })
    }
  }
}

/** Frames changed places, or a checkpoint between two groups is missing. */
function blameOrder(problems: LedgerProblems, heads: readonly SaidHead[], at: Position): void {
  const twice = heads.some((one, nth) => heads.findIndex(({ log }) => log === one.log) !== nth)
  if (twice) problems.add('LEDGER_CHECKPOINT_MISSING', 'no checkpoint ends the group', { at })
  else problems.add('LEDGER_REORDERED', 'it stands behind what it should stand before', { at })
}

function settleLog(log: LogAudit, { head, index }: SaidHead, settled: Settled): void {
  const computed = log.computed()
  const fits = computed !== undefined && computed.size === head?.size && computed.root === head.root
  if (fits || settled === 'computed' || head === undefined) log.confirm(index)
  else log.refute(head, index)
}

/** A log with leaves and without a head in this group. */
function settleHeadless(problems: LedgerProblems, log: LogAudit, settled: Settled): void {
  if (settled !== 'stored') {
    log.confirm(log.head.index)
    return
  }
  const where = { log: log.name.origin, seq: log.head.size }
  problems.add('LEDGER_RECEIPT_ADDED', 'a receipt that no head covers', where)
  log.abandon()
}

/** The text that the one log with leaves and without a head would have. */
function soleHeadless({ logs }: Audits, heads: readonly SaidHead[]): string | undefined {
  const headed = new Set(heads.map(({ log }) => log))
  const [log, second] = [...logs.values()].filter((it) => it.dirty && !headed.has(it))
  const computed = second === undefined ? log?.computed() : undefined
  return log && computed && headText(log.name.origin, computed)
}
