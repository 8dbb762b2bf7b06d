const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A whole number and its unit, as the configuration and the command line take it. */
export const DURATION_PATTERN = '^[0-9]{1,9}(?:ms|s|m|h|d)$'

/** `15m` in milliseconds; nothing when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  return unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS]
}
