import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import type { Redaction } from '../receipt/receipt.ts'
import type { Why } from './hidden-characters.ts'
import { type Sanitising, sanitiseText } from './sanitise-text.ts'

/** Findings that a result itself tells of, in its `_meta`. */
export const MAX_TOLD_FINDINGS = 32
/** Characters of one result that are looked at; whatever comes after them counts as an order. */
export const MAX_SANITISED_CHARACTERS = 8_388_608
/** Where a result tells what was found in it. */
export const SANITISED_MEMBER = 'portcullis/sanitised'
/** Members of `_meta` that begin so are the runtime's: a server has none. */
const RESERVED = 'portcullis/'

export interface SanitisedResult {
  readonly value: JsonObject
  /** Where what was found. */
  readonly findings: readonly Redaction[]
  /** Does something in it read, or hide, like an order to a model? */
  readonly marked: boolean
}

/** Kinds of findings by which text counts as an order to a model. */
const ORDERS: ReadonlySet<string> = new Set<Why>(['injection', 'tags'])

/**
 * A result of an MCP server as it may be handed on: every text of it, and every name, wherever it
 * stands. Binary content is left as it is. What a server says in the runtime's name is taken out.
 */
export function sanitiseResult(result: JsonObject, sanitising: Sanitising): SanitisedResult {
  const run: Run = { sanitising, findings: [], left: MAX_SANITISED_CHARACTERS }
  const value = sanitisedObject(withoutReserved(result, run), 'result', run)
  const marked = run.findings.some(({ why }) => ORDERS.has(why) || why === UNSEEN)
  return { value, findings: run.findings, marked }
}

/** The same, with what was found told in the result itself. */
export function toldInMeta({ value, findings }: SanitisedResult): JsonObject {
  if (findings.length === 0) return value
  const listed = findings.slice(0, MAX_TOLD_FINDINGS).map(({ path, why }) => ({ path, why }))
  const more = findings.length - listed.length
  const told = more > 0 ? [...listed, { path: '…', why: `${more} more` }] : listed
  const meta = isJsonObject(value._meta) ? value._meta : {}
  return { ...value, _meta: { ...meta, [SANITISED_MEMBER]: told } }
}

const UNSEEN = 'not looked at'

interface Run {
  readonly sanitising: Sanitising
  readonly findings: Redaction[]
  left: number
}

function withoutReserved(result: JsonObject, run: Run): JsonObject {
  const { _meta: meta } = result
  if (!isJsonObject(meta)) return result
  const names = Object.keys(meta).filter((name) => name.startsWith(RESERVED))
  if (names.length === 0) return result
  run.findings.push({ path: 'result._meta', why: 'reserved' })
  const kept = Object.entries(meta).filter(([name]) => !name.startsWith(RESERVED))
  return { ...result, _meta: Object.fromEntries(kept) }
}

function sanitised(value: JsonValue, path: string, run: Run): JsonValue {
  if (typeof value === 'string') return sanitisedString(value, path, run)
  if (Array.isArray(value)) {
    let same = true
    const items = value.map((item, index) => {
      const next = sanitised(item, `${path}.${index}`, run)
      same &&= next === item
      return next
    })
    return same ? value : items
  }
  return isJsonObject(value) ? sanitisedObject(value, path, run) : value
}

function sanitisedObject(record: JsonObject, path: string, run: Run): JsonObject {
  let same = true
  const taken = new Set(Object.keys(record))
  const entries = Object.entries(record).map(([name, value]): [string, JsonValue] => {
    const shown = sanitisedString(name, `${path}.${name}`, run)
    const next = isBinary(name, value) ? value : sanitised(value, `${path}.${shown}`, run)
    same &&= next === value && shown === name
    return [shown === name ? name : untaken(shown, taken), next]
  })
  return same ? record : Object.fromEntries(entries)
}

/** No member takes the place of another that is spelt alike. */
function untaken(name: string, taken: Set<string>): string {
  let free = name
  for (let more = 2; taken.has(free); more++) free = `${name}⟦${more}⟧`
  taken.add(free)
  return free
}

function sanitisedString(text: string, path: string, run: Run): string {
  if (text.length === 0) return text
  run.left -= text.length
  if (run.left < 0) {
    run.findings.push({ path, why: UNSEEN })
    return text
  }
  const { text: shown, found } = sanitiseText(text, run.sanitising)
  for (const why of found) run.findings.push({ path, why })
  return shown
}

/** Images and sounds stand under `data`, and resources under `blob`, in base64. */
function isBinary(name: string, value: JsonValue): boolean {
  if (name !== 'blob' && name !== 'data') return false
  return typeof value === 'string' && /^[\w+/=-]*$/.test(value)
}
