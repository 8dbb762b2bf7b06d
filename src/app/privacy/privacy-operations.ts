import type { HoldRequest, StandingHold } from '../../contract/privacy.ts'
import type { PrivacyOperations } from '../../inbound/admin/privacy-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { type Hold, type HoldScope, scopeText } from '../../kernel/privacy/hold.ts'
import { holdEvent } from '../../kernel/privacy/hold-receipts.ts'
import { parseSubject } from '../../kernel/privacy/subject.ts'
import { type EventBy, eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { OpenPayloads } from '../../stores/payloads/open-payloads.ts'
import { findReceipt } from '../read-receipts.ts'
import { recordEvent } from '../record-event.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'

type Needed = Pick<TenantParts, 'ports' | 'privacy' | 'tenant' | 'ledgerPlace'>

export function privacyOperations(parts: Needed, by: EventBy): PrivacyOperations {
  const { ports, privacy, tenant, ledgerPlace } = parts
  const { erasures, holds, retention, store } = privacy
  return {
    eraseSubject: ({ subject, ...how }) => erasures.erase(parseSubject(subject), { ...how, by }),
    findSubject({ subject }) {
      const key = store.keys.find(parseSubject(subject))
      return key === undefined ? {} : { pseudonym: key.pseudonym }
    },
    async showPayloads(which) {
      const receipt = findReceipt(ledgerPlace, which, tenant)
      const paths = (['in', 'out'] as const).filter((path) => receipt[path]?.sealed === true)
      if (paths.length === 0) {
        throw new PortcullisError('PAYLOAD_UNKNOWN', `nothing was kept for \`${receipt.id}\``)
      }
      const shown = paths.map((path) => [path, store.open(receipt, path)] as const)
      // Nobody sees it without a receipt that says so.
      const detail = `${receipt.id} ${paths.join(' and ')}`
      await recordEvent(ports, { name: 'payload.shown', detail }, by)
      return { receipt: receipt.id, ...Object.fromEntries(shown) }
    },
    listHolds: () => ({ holds: holds.all.map(standing) }),
    async addHold({ reason, ...asked }) {
      const now = ports.clock.now()
      const scope = scopeOf(asked, { store, now })
      const asker = by.actor.at(-1)?.id ?? ''
      const hold = { id: ports.ids.next(), tenant, scope, reason, by: asker, since: now }
      // It holds before it is recorded: nothing goes in between.
      holds.stand(hold)
      try {
        // Of the same time: the file can be made from the receipts.
        const place = { id: ports.ids.next(), ts: now, by }
        await ports.ledger.append(eventDraft(holdEvent('hold.added', hold, reason), place))
      } catch (error) {
        holds.remove(hold.id)
        throw error
      }
      holds.keep(hold)
      return standing(hold)
    },
    async removeHold(id, { reason }) {
      const hold = holds.get(id)
      await recordEvent(ports, holdEvent('hold.removed', hold, reason), by)
      holds.remove(id)
      return standing(hold)
    },
    prune: ({ dryRun = false }) => retention.apply({ dryRun, by }),
  }
}

function standing({ id, scope, reason, by, since }: Hold): StandingHold {
  return { id, scope: scopeText(scope), reason, by, since: new Date(since).toISOString() }
}

function scopeOf(
  { run, subject, from, to }: Omit<HoldRequest, 'reason'>,
  { store, now }: { readonly store: OpenPayloads; readonly now: number },
): HoldScope {
  const isTime = from !== undefined || to !== undefined
  if ([run !== undefined, subject !== undefined, isTime].filter(Boolean).length > 1) {
    throw new PortcullisError('REQUEST_INVALID', 'a hold is of a run, of a subject or of a time')
  }
  if (run !== undefined) return { kind: 'run', run }
  if (subject !== undefined) {
    const { pseudonym } = store.keys.of(parseSubject(subject), now)
    return { kind: 'subject', pseudonym }
  }
  if (!isTime) return { kind: 'tenant' }
  const time = { kind: 'time', from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER } as const
  const isWhen = (at: number) => Math.abs(at) <= MAX_TIME
  if (time.from <= time.to && isWhen(time.from) && (to === undefined || isWhen(to))) {
    return { ...time, to: Math.min(time.to, MAX_TIME) }
  }
  throw new PortcullisError('REQUEST_INVALID', 'the time of a hold ends before it begins')
}

/** Last time that a date can be, in milliseconds since the epoch (ECMA-262 section 21.4.1.1). */
const MAX_TIME = 8.64e15
