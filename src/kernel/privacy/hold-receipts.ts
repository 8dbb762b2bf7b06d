import type { Receipt, RecordedEvent, RecordedHold } from '../receipt/receipt.ts'
import { type Hold, type HoldScope, scopeText } from './hold.ts'

/** The event that says that a hold was added or removed, and all that it takes to know it again. */
export function holdEvent(
  name: 'hold.added' | 'hold.removed',
  hold: Pick<Hold, 'id' | 'scope'>,
  reason: string,
): RecordedEvent {
  return { name, detail: `${headOf(hold)}${reason}`, hold: recordedHold(hold) }
}

/** The id of the hold that an event is about; nothing where it is about none. */
export function holdIdOf(
  event: Pick<RecordedEvent, 'name' | 'detail' | 'hold'>,
): string | undefined {
  if (event.name !== 'hold.added' && event.name !== 'hold.removed') return undefined
  return event.hold?.id ?? event.detail.split(' ', 1)[0]
}

/**
 * The holds that stand after these receipts of a tenant, in their order. Who is there already stays
 * as it is. A hold of which its receipt does not say what it covers holds everything.
 */
export function holdsAfter(
  before: readonly Hold[],
  receipts: Iterable<Receipt>,
  tenant: string,
): readonly Hold[] {
  const holds = new Map(before.map((hold) => [hold.id, hold]))
  for (const receipt of receipts) {
    const id = receipt.event && holdIdOf(receipt.event)
    if (id === undefined) continue
    if (receipt.event?.name === 'hold.removed') holds.delete(id)
    else if (!holds.has(id)) holds.set(id, holdOf(receipt, id, tenant))
  }
  return [...holds.values()]
}

function holdOf({ event, actor, ts }: Receipt, id: string, tenant: string): Hold {
  const scope = scopeOf(event?.hold)
  const head = headOf({ id, scope })
  const detail = event?.detail ?? ''
  const reason = detail.startsWith(head) ? detail.slice(head.length) : detail
  return { id, tenant, scope, reason, by: actor[0]?.id ?? '', since: ts }
}

function headOf({ id, scope }: Pick<Hold, 'id' | 'scope'>): string {
  return `${id} ${scopeText(scope)}: `
}

function recordedHold({ id, scope }: Pick<Hold, 'id' | 'scope'>): RecordedHold {
  const { kind } = scope
  switch (kind) {
    case 'run':
      return { id, kind, run: scope.run }
    case 'subject':
      return { id, kind, subject: scope.pseudonym }
    case 'time':
      return { id, kind, from: scope.from, to: scope.to }
    default:
      return { id, kind }
  }
}

function scopeOf(recorded: RecordedHold | undefined): HoldScope {
  const { kind, run, subject, from, to } = recorded ?? {}
  if (kind === 'run' && run !== undefined) return { kind, run }
  if (kind === 'subject' && subject !== undefined) return { kind, pseudonym: subject }
  if (kind === 'time' && from !== undefined && to !== undefined) return { kind, from, to }
  return { kind: 'tenant' }
}
