import { Fault } from './verification.ts'

/**
 * How a key was confirmed, the weakest first: it was merely the first that was seen; the domain's
 * DNS names it too; a trust bundle or a file of the operator holds it; the configuration names it.
 * A level rises and never falls.
 */
export const PIN_LEVELS = ['first_use', 'dns', 'bundle', 'configured'] as const
export type PinLevel = (typeof PIN_LEVELS)[number]

/** The one key that counts for a domain. */
export interface KeyPin {
  readonly fingerprint: string
  readonly level: PinLevel
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface PinRules {
  /** What is pinned, if anything is. */
  readonly pin: KeyPin | undefined
  /** Fingerprints in the configuration. Where there are some, no other key counts. */
  readonly configured: readonly string[]
  /** Whether a key that nobody confirmed may be pinned when it is first seen. */
  readonly firstUse: 'pin' | 'refuse'
}

/**
 * The fourth step. A changed key is never accepted of itself: only the configuration can say that
 * another one counts from now on.
 * @throws Fault `key_pin_mismatch`, `key_unconfirmed`.
 */
export function checkPin(
  { fingerprint, level }: { readonly fingerprint: string; readonly level: PinLevel },
  { pin, configured, firstUse }: PinRules,
): 'first_use' | 'pinned' {
  if (configured.length > 0) {
    if (configured.includes(fingerprint)) {
      return pin?.fingerprint === fingerprint ? 'pinned' : 'first_use'
    }
    throw new Fault('pin', 'key_pin_mismatch', 'the key is not one that the configuration names')
  }
  if (pin !== undefined) {
    if (pin.fingerprint === fingerprint) return 'pinned'
    throw new Fault('pin', 'key_pin_mismatch', 'the domain shows another key than was pinned')
  }
  if (firstUse === 'refuse' && level === 'first_use') {
    throw new Fault('pin', 'key_unconfirmed', 'nobody has confirmed this key')
  }
  return 'first_use'
}

/** The pin after a signature held: the same key, as well confirmed as it ever was. */
export function pinAfter(seen: KeyPin, pin: KeyPin | undefined): KeyPin {
  if (pin === undefined || pin.fingerprint !== seen.fingerprint) return seen
  return PIN_LEVELS.indexOf(seen.level) > PIN_LEVELS.indexOf(pin.level)
    ? { ...pin, level: seen.level }
    : pin
}
