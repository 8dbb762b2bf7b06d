import type { Receipt } from './receipt.ts'
import { outcomeOf } from './receipt-filter.ts'

/** What a receipt tells, in one line of a timeline. */
export interface TimelineEntry {
  readonly seq: number
  /** In ISO 8601. */
  readonly at: string
  readonly run: string
  readonly kind: Receipt['kind']
  /** Who acted, from the first link of the chain to the last. */
  readonly who: readonly string[]
  /** The operation, or the event. */
  readonly what: string
  /** `allow`, `deny`, `confirmed`, `refused`, or the name of the event. */
  readonly outcome: string
  readonly code?: string
}

/** In the order of the log, whatever the clocks said. */
export function bundleTimeline(receipts: readonly Receipt[]): readonly TimelineEntry[] {
  return [...receipts].sort((a, b) => a.seq - b.seq).map(entryOf)
}

function entryOf(receipt: Receipt): TimelineEntry {
  const { seq, ts, run, kind, actor, action, event, code } = receipt
  return {
    ...{ seq, at: timeText(ts), run, kind },
    who: actor.map((link) => `${link.kind} ${link.id}`),
    what: action?.operation ?? event?.name ?? kind,
    outcome: outcomeOf(receipt),
    ...(code !== undefined && { code }),
  }
}

/** A receipt may say any number. */
function timeText(ts: number): string {
  const time = new Date(ts)
  return Number.isNaN(time.getTime()) ? String(ts) : time.toISOString()
}

/** One line for each, for people: nothing in it can move a cursor. */
export function bundleTimelineText(timeline: readonly TimelineEntry[]): string {
  const lines = timeline.map(({ seq, at, run, who, what, outcome, code }) =>
    [seq, at, run, who.join(' > ') || 'nobody', what, outcome, code ?? ''].map(plain).join('\t'),
  )
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function plain(cell: string | number): string {
  return String(cell).replace(/\p{Cc}/gu, '·')
}
