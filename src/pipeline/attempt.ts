import type { GuardRequest, Ports } from './ports.ts'

/** One run along the path: the request, the time it came and the clock it is measured by. */
export interface Attempt {
  readonly request: GuardRequest
  /** Milliseconds since the epoch, read once: every step of the path sees the same time. */
  readonly now: number
  /** Reading of the steady clock at the start. */
  readonly started: number
}

export function begin(request: GuardRequest, ports: Ports): Attempt {
  return { request, now: ports.clock.now(), started: ports.clock.elapsed() }
}
