import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../app/config.ts'

/** A duration of the command line in milliseconds. */
export function durationMs(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new InvalidArgumentError('a duration such as 15m or 1h')
  return parsed
}
