import {
  type ApprovalRequest,
  type Binding,
  isOpen,
  sameBinding,
} from '../../src/kernel/approvals/approval-request.ts'
import { ApprovalDesk, type DeskOptions } from '../../src/pipeline/approvals/desk.ts'
import type { Alarm, ApprovalStore } from '../../src/pipeline/ports.ts'
import { silentLog } from './silent-log.ts'

/** Requests for approval kept in memory, as text, so that nothing is shared by accident. */
export function inMemoryApprovalStore(): ApprovalStore {
  const kept = new Map<string, string>()
  const all = (): ApprovalRequest[] => [...kept.values()].map((text) => JSON.parse(text))
  return {
    get: (id) => all().find((request) => request.id === id),
    latest: (binding: Binding) => all().findLast((other) => sameBinding(other.binding, binding)),
    open: () => all().filter(isOpen),
    newest: (limit) => all().reverse().slice(0, limit),
    add: (request) => void kept.set(request.id, JSON.stringify(request)),
    replace(before, after) {
      if (kept.get(before.id) !== JSON.stringify(before)) return false
      kept.set(before.id, JSON.stringify(after))
      return true
    },
  }
}

/** A clock that stands still until it is moved, and the alarms set on it. */
export interface HandClock {
  now(): number
  readonly alarm: Alarm
  /** Moves the clock on, and rings what is due by then, in order. */
  advance(ms: number): void
}

export function handClock(start = 1_700_000_000_000): HandClock {
  let now = start
  const set = new Set<{ readonly at: number; readonly ring: () => void }>()
  return {
    now: () => now,
    alarm: {
      after(waitMs, ring) {
        const entry = { at: now + waitMs, ring }
        set.add(entry)
        return () => void set.delete(entry)
      },
    },
    advance(ms) {
      now += ms
      for (const entry of [...set].sort((one, other) => one.at - other.at)) {
        if (entry.at > now || !set.delete(entry)) continue
        entry.ring()
      }
    },
  }
}

type MemoryDeskOptions = Pick<DeskOptions, 'ledger' | 'ids'> &
  Partial<DeskOptions> & { readonly time?: HandClock }

/** The real desk over a store in memory and a clock that tests move. */
export function inMemoryDesk({ time = handClock(), ...options }: MemoryDeskOptions): ApprovalDesk {
  return new ApprovalDesk({
    store: inMemoryApprovalStore(),
    clock: time,
    alarm: time.alarm,
    log: silentLog,
    policyVersion: () => 'sha256:00',
    ...options,
  })
}
