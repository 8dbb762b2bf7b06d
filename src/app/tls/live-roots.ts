import type { Alarm, Clock } from '../../pipeline/ports.ts'
import type { Authority } from '../parts.ts'
import { Changing } from './live.ts'
import type { Followed } from './pem-files.ts'

/** Longest wait of an alarm, in milliseconds. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** The roots of the own authority that are trusted: they change by rotation, and with time. */
export function liveRoots(
  authority: Authority,
  { clock, alarm }: { readonly clock: Clock; readonly alarm: Alarm },
): Followed<readonly string[]> {
  const roots = new Changing(authority.at(clock.now()).roots)
  let cancel: (() => void) | undefined
  const renew = () => {
    roots.set(authority.at(clock.now()).roots)
    wait()
  }
  const wait = () => {
    cancel?.()
    const now = clock.now()
    const ends = authority.roots(now).flatMap(({ retires }) => (retires ? [retires] : []))
    if (ends.length === 0) return
    cancel = alarm.after(Math.min(Math.min(...ends) - now, LONGEST_WAIT_MS), renew)
  }
  const stop = authority.onChange(renew)
  wait()
  return {
    current: () => roots.current(),
    onChange: (listener) => roots.onChange(listener),
    close() {
      stop()
      cancel?.()
    },
  }
}
