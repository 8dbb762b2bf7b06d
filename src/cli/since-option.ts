import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../app/config/duration.ts'

/** Reads `7d`, `90m`, `2026-11-01` or a whole ISO 8601 time as milliseconds since the epoch. */
export function parseSince(text: string): number {
  const age = parseDuration(text)
  const time = age === undefined ? Date.parse(text) : Date.now() - age
  if (Number.isFinite(time) && (age !== undefined || /^\d{4}-\d\d-\d\d/.test(text))) return time
  throw new InvalidArgumentError('an age such as `7d`, or a time such as `2026-11-01`')
}
