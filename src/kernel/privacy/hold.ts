import { unreachable } from '../errors.ts'

/**
 * What a legal hold covers: all of a tenant, one run, one subject (by its pseudonym), or a stretch
 * of time in milliseconds since the epoch, both ends included.
 */
export type HoldScope =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'subject'; readonly pseudonym: string }
  | { readonly kind: 'time'; readonly from: number; readonly to: number }

/** While it stands, nothing that it covers is deleted, neither by hand nor by time. */
export interface Hold {
  readonly id: string
  readonly tenant: string
  readonly scope: HoldScope
  readonly reason: string
  /** Who asked for it. */
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** Something that may be deleted, unless it is held. */
export interface Holdable {
  readonly tenant: string
  readonly run: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly pseudonyms: readonly string[]
}

/** The first hold that covers it. */
export function holdOn(holds: readonly Hold[], it: Holdable): Hold | undefined {
  return holds.find(({ tenant, scope }) => tenant === it.tenant && covers(scope, it))
}

function covers(scope: HoldScope, { run, at, pseudonyms }: Holdable): boolean {
  switch (scope.kind) {
    case 'tenant':
      return true
    case 'run':
      return scope.run === run
    case 'subject':
      return pseudonyms.includes(scope.pseudonym)
    case 'time':
      return scope.from <= at && at <= scope.to
    default:
      return unreachable(scope)
  }
}

/** What is known of a subject without opening anything. */
export interface HoldableSubject {
  readonly tenant: string
  readonly pseudonym: string
  /** Since when it has a key, and the time now, in milliseconds since the epoch. */
  readonly since: number
  readonly now: number
  /** Does anything of the subject stand in this run? */
  isIn(run: string): boolean
}

/** The first hold that may cover anything of a subject: to erase it would reach that too. */
export function holdOnSubject(
  holds: readonly Hold[],
  { tenant, pseudonym, since, now, isIn }: HoldableSubject,
): Hold | undefined {
  return holds.find(({ tenant: held, scope }) => {
    if (held !== tenant) return false
    if (scope.kind === 'run') return isIn(scope.run)
    if (scope.kind === 'time') return scope.from <= now && since <= scope.to
    return scope.kind === 'tenant' || scope.pseudonym === pseudonym
  })
}

/** For people: `run r1`, `subject 4f…`. */
export function scopeText(scope: HoldScope): string {
  switch (scope.kind) {
    case 'tenant':
      return 'tenant'
    case 'run':
      return `run ${scope.run}`
    case 'subject':
      return `subject ${scope.pseudonym}`
    case 'time':
      return `time ${new Date(scope.from).toISOString()} to ${new Date(scope.to).toISOString()}`
    default:
      return unreachable(scope)
  }
}
