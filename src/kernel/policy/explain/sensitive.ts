import type { JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import { isRedactionPattern, REDACTION_PATTERNS } from '../../obligations/patterns.ts'

/** Names of attributes whose values are nobody's business, in any spelling of the words. */
const SECRET_NAME =
  /pass(?:word|phrase|wd)|secret|token|api.?key|private.?key|credential|cookie|authorization|\bpin\b|ssn|cvv/iu

const HIDDEN = '[hidden]'

/**
 * A value as it may be shown to whoever asks why: under a name that speaks of a secret nothing is,
 * and elsewhere what looks like one is taken out.
 */
export function withoutSecrets(path: string, value: JsonValue): JsonValue {
  const name = path.slice(path.lastIndexOf('.') + 1)
  if (SECRET_NAME.test(name)) return HIDDEN
  if (typeof value === 'string') return withoutPatterns(value)
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(path, item))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(
    ([key, member]) => [withoutPatterns(key), withoutSecrets(key, member)] as const,
  )
  return Object.fromEntries(members)
}

function withoutPatterns(text: string): string {
  let shown = text
  for (const name of Object.keys(REDACTION_PATTERNS)) {
    if (!isRedactionPattern(name)) continue
    const { expression, holds } = REDACTION_PATTERNS[name]
    shown = shown.replace(expression, (match) => (holds(match) ? `[${name}]` : match))
  }
  return shown
}
