import { canonical } from '../../../kernel/receipt/canonical.ts'
import { decodeBase64 } from '../../../kernel/tlog/base64.ts'
import type { Frame } from '../frame.ts'
import type { LogName, OpenAction } from '../ledger-state.ts'
import { seqOf } from '../replay.ts'
import { sealed } from '../signers.ts'
import { readSnapshot, type Snapshot, sameSnapshot } from '../snapshot.ts'
import type { LedgerJudge } from './judge-by-keys.ts'
import { base64Of, type LogAudit } from './log-audit.ts'
import type { NodeAudit } from './node-audit.ts'

/** What is known of the ledger up to here. */
export interface Known {
  readonly node: NodeAudit
  readonly logs: ReadonlyMap<number, LogAudit>
  readonly open: Map<string, OpenAction>
  /** The ledger before the first snapshot is checked elsewhere. */
  readonly asks: boolean
}

interface FoundSnapshot {
  /** Unless it can't be read. */
  readonly snapshot?: Snapshot
  readonly faults: readonly string[]
  /** Goes on from the snapshot where what came before it is not known. */
  resume(know: (name: LogName) => LogAudit): void
}

/** Compares the snapshot at the beginning of a segment with what came of the segments before. */
export function checkSnapshot(
  frame: Frame,
  { check, judge, origin }: { check: Known; judge: LedgerJudge; origin: string },
): FoundSnapshot {
  const text = Buffer.from(frame.body).toString('utf8')
  const snapshot = readSnapshot(frame)?.snapshot
  const node = snapshot?.logs[0]
  if (snapshot === undefined || node?.origin !== origin) {
    return { faults: ['it can’t be read, or is of another ledger'], resume: () => undefined }
  }
  const isSealed = hasSeal(text, snapshot, judge)
  const faults = isSealed ? [] : ['no known key sealed it']
  const known = comesTo(check, origin)
  if (known !== undefined && !isSameButPruned(snapshot, known, check.logs)) {
    faults.push('it is not what the segments before come to')
  }
  const resume = (know: (name: LogName) => LogAudit) => {
    if (isSealed && known === undefined) adopt(snapshot, check, know)
  }
  return { snapshot, faults, resume }
}

type PrunedLogs = ReadonlyMap<number, { readonly prunedTo: number }>

/** Are they the same, but for the actions whose decision was taken out since? */
export function isSameButPruned(one: Snapshot, other: Snapshot, logs: PrunedLogs): boolean {
  const bare = (it: Snapshot) => ({ ...it, open: withBody(it.open, logs) })
  return sameSnapshot(bare(one), bare(other))
}

/**
 * What a segment says of actions whose decision was taken out counts for nothing: pruning goes from
 * segment to segment, and a crash may come between.
 */
function withBody(actions: readonly OpenAction[], logs: PrunedLogs): readonly OpenAction[] {
  return actions.filter(({ log, leaf }) => {
    const { prunedTo = 0 } = logs.get(log) ?? {}
    return prunedTo === 0 || seqOf(leaf) >= prunedTo
  })
}

/** The seal is the last thing that may differ: what is sealed has one canonical text. */
function hasSeal(text: string, snapshot: Snapshot, judge: LedgerJudge): boolean {
  const { seal }: { seal?: unknown } = JSON.parse(text)
  const signature = typeof seal === 'string' ? decodeBase64(seal) : undefined
  if (signature === undefined || canonical({ ...snapshot, seal }) !== text) return false
  return judge.seal(sealed(snapshot), signature)
}

/** The snapshot that the audits come to, unless one of them lost its tree. */
export function comesTo({ node, logs, open }: Known, origin: string): Snapshot | undefined {
  const audits = [...logs.values()]
  if (node.lost || audits.some(({ lost }) => lost)) return undefined
  const own = { log: 0, origin, size: node.size, frontier: node.edge().map(base64Of) }
  const others = audits.map((log) => ({
    ...log.name,
    size: log.head.size,
    frontier: log.edge().map(base64Of),
    ...(log.signed >= 0 && { signed: log.signed }),
    ...(log.head.index >= 0 && { head: log.head.index }),
  }))
  return { v: 1, logs: [own, ...others], open: [...open.values()] }
}

function adopt(snapshot: Snapshot, check: Known, know: (name: LogName) => LogAudit): void {
  for (const { log, origin, tenant = '', size, frontier, signed, head } of snapshot.logs) {
    const edge = frontier.map((hash) => decodeBase64(hash) ?? new Uint8Array(0))
    if (log === 0) {
      check.node.resume(size, edge)
    } else {
      const audit = know({ log, origin, tenant })
      audit.resume({ size, root: '', index: head ?? -1 }, edge)
      audit.signed = signed ?? -1
      if (check.asks) audit.links.ask()
      else audit.links.forget()
    }
  }
  check.open.clear()
  for (const action of snapshot.open) check.open.set(idOf(action.leaf), action)
}

function idOf(leaf: string): string {
  const { id }: { id?: unknown } = JSON.parse(leaf)
  return String(id)
}
