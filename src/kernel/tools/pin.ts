import { PortcullisError } from '../errors.ts'
import type { Severity } from './definition-parts.ts'

/**
 * `pending`: seen, and approved by nobody. `pinned`: what was approved, or seen first, is trusted.
 * `quarantined`: it said something else since. `rejected`: an operator will not have it.
 */
export const PIN_STATES = ['pending', 'pinned', 'quarantined', 'rejected'] as const
export type PinState = (typeof PIN_STATES)[number]

/** Whether what is seen first is trusted, or only what somebody has approved. */
export const TRUST_MODES = ['first_use', 'review'] as const
export type TrustMode = (typeof TRUST_MODES)[number]

/** What is known of one tool of a server, or under `SERVER_ITSELF` of the server. */
export interface ToolPin {
  readonly server: string
  readonly tool: string
  readonly state: PinState
  /** The definition that was seen last: what there is to approve. */
  readonly seen: { readonly fingerprint: string; readonly at: number }
  /** The definition that is trusted, or was until it changed. */
  readonly approved?: Approved
  /** The name that it had before: what was trusted is a tool of that name. */
  readonly renamedFrom?: string
}

interface Approved {
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly by: 'first_use' | 'operator'
}

/** A definition as it is seen, of a tool by its name. */
export interface Sight {
  readonly server: string
  readonly tool: string
  readonly fingerprint: string
  readonly at: number
}

export interface FirstSight extends Sight {
  readonly mode: TrustMode
  /** A pinned tool of the same server that went when this one came. */
  readonly renamedFrom?: string | undefined
  /** Its name is drawn like that of another server's tool. */
  readonly disguised: boolean
}

/** A tool that was never seen: trusted at first use, unless it has reason to be looked at. */
export function pinAtFirst(sight: FirstSight): ToolPin {
  const { server, tool, fingerprint, at, mode, renamedFrom, disguised } = sight
  const seen = { server, tool, seen: { fingerprint, at } }
  if (renamedFrom !== undefined) return { ...seen, state: 'quarantined', renamedFrom }
  if (mode === 'review' || disguised) return { ...seen, state: 'pending' }
  return { ...seen, state: 'pinned', approved: { fingerprint, at, by: 'first_use' } }
}

/**
 * A tool that is seen again, and says something else than it last did. A change that is `info` at
 * most, measured from what was approved, leaves it pinned; any other quarantines it. It stays so
 * even when it says again what it said before: who lied once is looked at by somebody.
 */
export function pinAgain(pin: ToolPin, { fingerprint, at }: Sight, severity: Severity): ToolPin {
  if (pin.state === 'pinned' && severity === 'info') return pin
  const state = pin.state === 'pinned' ? 'quarantined' : pin.state
  return { ...pin, state, seen: { fingerprint, at } }
}

/**
 * The tool is trusted as it was reviewed: by that fingerprint and no other.
 * @throws PortcullisError `TOOL_FINGERPRINT_STALE` where it says something else by now.
 */
export function approvePin(pin: ToolPin, fingerprint: string, at: number): ToolPin {
  const { server, tool, seen, approved } = pin
  if (fingerprint !== approved?.fingerprint) checkSeen(pin, fingerprint)
  const state = 'pinned'
  return {
    ...{ server, tool, state, seen: { fingerprint, at: seen.at } },
    approved: { fingerprint, at, by: 'operator' },
  }
}

/** @throws PortcullisError `TOOL_FINGERPRINT_STALE` where the tool says something else by now. */
export function checkSeen(pin: ToolPin, fingerprint: string): void {
  if (fingerprint === pin.seen.fingerprint) return
  throw new PortcullisError(
    'TOOL_FINGERPRINT_STALE',
    `\`${toolName(pin)}\` is ${pin.seen.fingerprint} now, not ${fingerprint}`,
  )
}

/** Whatever it says, until somebody approves it. */
export function rejectPin(pin: ToolPin): ToolPin {
  return { ...pin, state: 'rejected' }
}

/** As people and policies name it: `desk.search`, or `desk` for what the server says of itself. */
export function toolName({ server, tool }: Pick<ToolPin, 'server' | 'tool'>): string {
  return tool === '' ? server : `${server}.${tool}`
}
