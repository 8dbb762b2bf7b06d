import type { Ports } from '../ports.ts'
import type { JudgedCall } from './judge.ts'
import type { RecordedIntent } from './record.ts'

/**
 * Keeps what the policy was asked beside the receipt of its decision. Nothing of administration:
 * what it is asked with may name people. Never throws or waits.
 */
export function keepRequest(
  { attempt, asked }: Pick<JudgedCall, 'attempt' | 'asked'>,
  { id, pseudonym }: RecordedIntent,
  ports: Ports,
): void {
  if (attempt.request.action.kind === 'admin.call') return
  ports.recordings.keep({ receipt: id, at: attempt.now, request: asked }, pseudonym)
}
