import { PortcullisError } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import type { Redaction } from '../receipt/receipt.ts'
import { embeddedJson, packedLike } from './embedded-json.ts'
import type { MaxRows } from './obligation.ts'
import type { Redacted } from './sweep.ts'

/** JSON packed in strings is opened this many times; a text that may hold rows below is refused. */
export const ROWS_PACKING_DEPTH = 8

/**
 * Cuts every list in a tool result after `rows` elements: those in `structuredContent`, in text
 * that is JSON or JSON by the line, and the blocks of `content` themselves. What was cut is said in
 * a block of text at the end of `content`, so that nobody takes the result for the whole.
 * @throws PortcullisError `OBLIGATION_FAILED` for JSON packed too deep to be looked into.
 */
export function cutRows(result: JsonObject, { rows }: MaxRows): Redacted {
  const cut: Cut = { rows, found: [] }
  const value = cutValue(result, { path: 'result', packed: 0 }, cut)
  if (cut.found.length === 0 || !isJsonObject(value)) return { value: result, redactions: [] }
  const content = Array.isArray(value.content) ? value.content : []
  return { value: { ...value, content: [...content, notice(cut)] }, redactions: cut.found }
}

interface Cut {
  readonly rows: number
  readonly found: Redaction[]
}

interface Place {
  readonly path: string
  /** How many strings holding JSON have been opened on the way here. */
  readonly packed: number
}

function cutValue(value: JsonValue, place: Place, cut: Cut): JsonValue {
  if (typeof value === 'string') return cutText(value, place, cut)
  if (Array.isArray(value)) {
    return kept(value, place, cut).map((item, index) =>
      cutValue(item, { ...place, path: `${place.path}.${index}` }, cut),
    )
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      cutValue(member, { ...place, path: `${place.path}.${name}` }, cut),
    ]),
  )
}

function cutText(text: string, place: Place, cut: Cut): string {
  const embedded = embeddedJson(text)
  if (embedded !== undefined) {
    if (place.packed >= ROWS_PACKING_DEPTH) {
      throw new PortcullisError('OBLIGATION_FAILED', 'rows may be packed too deep to be counted')
    }
    const before = cut.found.length
    const swept = cutValue(embedded, { ...place, packed: place.packed + 1 }, cut)
    return cut.found.length === before ? text : packedLike(text, swept)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length < 2 || !lines.every((line) => embeddedJson(line) !== undefined)) return text
  const before = cut.found.length
  const rows = kept(lines, place, cut).map((line, index) =>
    cutText(line, { ...place, path: `${place.path}.${index}` }, cut),
  )
  return cut.found.length === before ? text : rows.join('\n')
}

function kept<Row>(list: readonly Row[], { path }: Place, { rows, found }: Cut): readonly Row[] {
  if (list.length <= rows) return list
  found.push({ path, why: 'max_rows' })
  return list.slice(0, rows)
}

function notice({ rows, found }: Cut): JsonObject {
  const lists = found.length === 1 ? '1 list was' : `${found.length} lists were`
  return { type: 'text', text: `[cut:max_rows] ${lists} cut after ${rows} rows` }
}
