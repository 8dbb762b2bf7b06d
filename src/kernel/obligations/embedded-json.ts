import type { JsonValue } from '../json/value.ts'

/** The value a text stands for when it is a JSON object or array; anything else is plain text. */
export function embeddedJson(text: string): JsonValue | undefined {
  const first = text.trimStart()[0]
  if (first !== '{' && first !== '[') return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Packs a value as a text was packed: indented where that had lines. */
export function packedLike(text: string, value: JsonValue): string {
  return JSON.stringify(value, null, text.includes('\n') ? 2 : undefined)
}
