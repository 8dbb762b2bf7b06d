/** RFC 3339 section 5.6, in UTC or with an offset. */
const RFC_3339 =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/i

/** Milliseconds since the epoch, or nothing for what is no point in time. */
export function timestampOf(text: string): number | undefined {
  const at = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
