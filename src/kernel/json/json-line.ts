/**
 * A value as one line of JSON for a stream of lines. Some readers also end a line at U+2028 and
 * U+2029, which JSON leaves as they are: a name that an agent chose could then cut a line in two.
 */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value)
  return `${text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}
