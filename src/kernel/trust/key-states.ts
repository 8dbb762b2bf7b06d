/**
 * How keys come and go: active → retiring → retired, and from the latter two → compromised. Nothing
 * leads back, and what was once said about a key stands.
 */
import { PortcullisError, unreachable } from '../errors.ts'
import { type KeyRecord, type KeyState, keyIdOf, type NamedHead } from './key-record.ts'

/** What may happen to a key. */
export type KeyEvent =
  /** Another key takes over; this one goes on signing beside it. */
  | { readonly kind: 'succeed' }
  /** It signs nothing above this head. */
  | { readonly kind: 'retire'; readonly final: NamedHead }
  /** Somebody else has it. The log is known to be the true one up to this head. */
  | { readonly kind: 'compromise'; readonly bound: NamedHead }

/**
 * The key after the event.
 * @throws PortcullisError `KEY_TRANSITION` for an event that its state does not allow.
 */
export function advance(key: KeyRecord, event: KeyEvent): KeyRecord {
  switch (event.kind) {
    case 'succeed':
      allow(key, ['active'], 'only the active key has a successor')
      return { ...key, state: 'retiring' }
    case 'retire':
      allow(key, ['retiring'], 'a key is retired after another has taken over')
      within(key, event.final)
      return { ...key, state: 'retired', final: event.final }
    case 'compromise':
      allow(key, ['retiring', 'retired', 'compromised'], 'let another key take over first')
      within(key, event.bound)
      return { ...key, state: 'compromised', bound: event.bound }
    default:
      return unreachable(event)
  }
}

/** Could this key, as it was, have become that one by any events at all? */
export function isLaterForm(before: KeyRecord, after: KeyRecord): boolean {
  const same = (['vkey', 'alg', 'purpose', 'notBefore', 'firstSize'] as const).every(
    (member) => before[member] === after[member],
  )
  if (!same || !REACHABLE[before.state].includes(after.state)) return false
  if (before.final !== undefined && !sameHead(before.final, after.final)) return false
  // A bound may be drawn tighter as more becomes known, and never wider.
  if (before.bound === undefined) return true
  return after.bound !== undefined && noWider(after.bound, before.bound)
}

/** A later document may skip states that nobody saw: made, succeeded and retired in between. */
const REACHABLE: Readonly<Record<KeyState, readonly KeyState[]>> = {
  active: ['active', 'retiring', 'retired', 'compromised'],
  retiring: ['retiring', 'retired', 'compromised'],
  retired: ['retired', 'compromised'],
  compromised: ['compromised'],
}

/** Does each state carry the heads that belong to it, in their order? */
export function isWhole({ state, firstSize, final, bound }: KeyRecord): boolean {
  if ((bound !== undefined) !== (state === 'compromised')) return false
  if (final !== undefined && state !== 'retired' && state !== 'compromised') return false
  if (final === undefined && state === 'retired') return false
  if (final !== undefined && final.size < firstSize) return false
  if (bound === undefined) return true
  return bound.size >= firstSize && (final === undefined || noWider(bound, final))
}

function allow(key: KeyRecord, states: readonly KeyState[], why: string): void {
  if (states.includes(key.state)) return
  throw refused(key, `it is ${key.state}: ${why}`)
}

function within(key: KeyRecord, head: NamedHead): void {
  if (head.size < key.firstSize) throw refused(key, `it signs from size ${key.firstSize} on`)
  for (const limit of [key.final, key.bound]) {
    if (limit === undefined || noWider(head, limit)) continue
    throw refused(key, `size ${head.size} is beyond ${limit.size}, or has another root there`)
  }
}

function noWider(head: NamedHead, limit: NamedHead): boolean {
  return head.size < limit.size || sameHead(head, limit)
}

export function sameHead(one: NamedHead, other: NamedHead | undefined): boolean {
  return one.size === other?.size && one.root === other.root
}

function refused(key: KeyRecord, why: string): PortcullisError {
  return new PortcullisError('KEY_TRANSITION', `the key \`${keyIdOf(key)}\`: ${why}`)
}
