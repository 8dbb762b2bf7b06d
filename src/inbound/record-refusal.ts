import { codeOf, type ErrorCode } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { Channel, Gate, Log } from '../pipeline/ports.ts'

export interface Refusal {
  readonly code: ErrorCode
  readonly channel: Channel
  readonly identity?: Identity | undefined
}

/** Records a refusal. It stands even where it can't be recorded, so this never rejects. */
export async function recordRefusal(refusal: Refusal, gate: Gate, log: Log): Promise<void> {
  const { code, channel, identity } = refusal
  try {
    await gate.refuse(code, channel, identity)
  } catch (error) {
    log.error('refusal.unrecorded', { code, door: channel.door, cause: codeOf(error) })
  }
}

/** What went wrong, for the operator, where it was not the caller's doing. */
export function logDefect(door: string, error: unknown, log: Log): void {
  if (codeOf(error) !== 'INTERNAL') return
  log.error('door.defect', { door, error: error instanceof Error ? (error.stack ?? '') : 'thrown' })
}
