import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { visible } from '../../kernel/text/visible.ts'
import { severityOf } from '../../kernel/tools/drift.ts'
import { type ToolPin, toolName } from '../../kernel/tools/pin.ts'
import type { Shadowing } from '../../kernel/tools/shadowing.ts'
import type { Named } from './pin-book.ts'
import type { Met } from './sights.ts'

/** Characters of what a server chose that a receipt may hold: a name, a place in a definition. */
export const TOLD_LENGTH = 128
/** Changes, or findings, that a receipt names; the rest is counted. */
const TOLD_ITEMS = 5

/** One receipt for each server: a list that is seen first is one event. */
export function pinnedEvents(pins: readonly ToolPin[]): readonly RecordedEvent[] {
  const servers = Map.groupBy(pins, ({ server }) => server)
  return [...servers].map(([server, each]): RecordedEvent => {
    const [only] = each
    if (only !== undefined && each.length === 1) {
      return { name: 'tool.pinned', detail: told(toolName(only)), digest: only.seen.fingerprint }
    }
    const prints = each.map(({ tool, seen }) => [tool, seen.fingerprint] as const)
    const digest = definitionDigest(Object.fromEntries(prints))
    const detail = `${server}: ${each.length} tools`
    return { name: 'tool.pinned', detail, count: each.length, ...(digest && { digest }) }
  })
}

/** That a tool says something else: held back from now on, or of no matter. */
export function changedEvent({ was, pin, drift }: Met): RecordedEvent {
  const isNews = pin.state === 'quarantined' && was?.state !== 'quarantined'
  const places = drift.slice(0, TOLD_ITEMS).map(({ kind, pointer }) => `${kind} ${told(pointer)}`)
  const more = drift.length > TOLD_ITEMS ? [`${drift.length - TOLD_ITEMS} more`] : []
  const renamed = pin.renamedFrom === undefined ? [] : [`renamed from ${told(pin.renamedFrom)}`]
  const what = [...renamed, severityOf(drift) ?? 'unread', ...places, ...more].join(', ')
  return {
    name: isNews ? 'tool.quarantined' : 'tool.changed',
    detail: `${told(toolName(pin))}: ${what}`,
    digest: pin.seen.fingerprint,
    count: drift.length,
  }
}

export function approvedEvent(named: Named, digest: string, reason?: string): RecordedEvent {
  return { name: 'tool.approved', detail: withReason(named, reason), digest }
}

export function rejectedEvent(pin: ToolPin, reason?: string): RecordedEvent {
  const digest = pin.seen.fingerprint
  return { name: 'tool.rejected', detail: withReason(pin, reason), digest }
}

/** That a tool gets in the way of those of other servers. */
export function shadowingEvent(pin: ToolPin, findings: readonly Shadowing[]): RecordedEvent {
  const said = findings.map(({ kind, other }) => `${kind} ${told(other ?? 'all others')}`)
  const some = [...new Set(said)].slice(0, TOLD_ITEMS).join(', ')
  return {
    name: 'tool.shadowing',
    detail: `${told(toolName(pin))}: ${some}`,
    digest: pin.seen.fingerprint,
    count: findings.length,
  }
}

function withReason(named: Named, reason?: string): string {
  const name = told(toolName(named))
  return reason === undefined ? name : `${name}: ${reason}`
}

function told(text: string): string {
  return visible(text.slice(0, TOLD_LENGTH))
}
