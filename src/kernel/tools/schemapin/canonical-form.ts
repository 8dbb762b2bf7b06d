import { PortcullisError } from '../../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'
import { goNumber, javascriptNumber, pythonNumber, rustNumber } from './canonical-number.ts'
import { codePointOrder, javascriptOrder } from './key-order.ts'

/**
 * The canonical form `schemapin-v1` (SchemaPin specification, section 4): names sorted, no
 * whitespace, UTF-8. It leaves open what sorted is and how a number reads, and the four official
 * SDKs differ there; a form here is what one of them writes.
 *
 * INVARIANT: each form is JSON that reads as the value it was written from. So the bytes of a form
 * of one schema are never those of any form of another.
 */
export const FORMS = ['javascript', 'python', 'go', 'rust'] as const
export type Form = (typeof FORMS)[number]

/** How deep a schema may nest. */
export const SCHEMA_DEPTH_LIMIT = 64
/** Characters of a schema in canonical form. */
export const SCHEMA_LIMIT_CHARS = 256 * 1024
/** Whole numbers of which every choice of `1` or `1.0` is tried; of more, all the one or other. */
export const GUESSED_NUMBERS_LIMIT = 4

/** Bytes that were perhaps signed, and who writes them so. */
export interface Candidate {
  readonly text: string
  /** All four where the SDKs agree. */
  readonly forms: readonly Form[]
}

/**
 * What one SDK writes. Of whole numbers, in the order of the text, those whose bit is set in
 * `floats` are taken to have been written `1.0`.
 * @throws PortcullisError `JSON_UNSUPPORTED` for what has no canonical form, or is too large.
 */
export function canonicalForm(
  schema: JsonObject,
  form: Form,
  { floats = 0n, limitChars = SCHEMA_LIMIT_CHARS }: FormOptions = {},
): string {
  const writer = new Writer(form, floats)
  const text = writer.write(schema, 0)
  if (text.length > limitChars) throw unsupported('it is too large')
  return text
}

export interface FormOptions {
  readonly floats?: bigint
  readonly limitChars?: number
}

/**
 * Every text that a signature of this schema may be over, the likeliest first. Their number is
 * bounded. @throws PortcullisError `JSON_UNSUPPORTED`.
 */
export function candidates(
  schema: JsonObject,
  options: Pick<FormOptions, 'limitChars'> = {},
): readonly Candidate[] {
  const found = new Map<string, Form[]>()
  const add = (form: Form, floats: bigint) => {
    const text = canonicalForm(schema, form, { ...options, floats })
    const forms = found.get(text) ?? []
    if (!forms.includes(form)) forms.push(form)
    found.set(text, forms)
  }
  for (const form of FORMS) add(form, 0n)
  for (const floats of choices(wholeNumbers(schema))) {
    add('python', floats)
    add('rust', floats)
  }
  return [...found].map(([text, forms]) => ({ text, forms }))
}

/** Which whole numbers may have been written as floats; the choice of none is not among them. */
function choices(count: number): readonly bigint[] {
  const all = (1n << BigInt(count)) - 1n
  if (count === 0) return []
  if (count > GUESSED_NUMBERS_LIMIT) return [all]
  return Array.from({ length: Number(all) }, (_, at) => BigInt(at + 1))
}

function wholeNumbers(value: JsonValue): number {
  if (typeof value === 'number') return Number.isInteger(value) ? 1 : 0
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + wholeNumbers(item), 0)
  if (!isJsonObject(value)) return 0
  return Object.values(value).reduce((sum: number, held) => sum + wholeNumbers(held ?? null), 0)
}

class Writer {
  readonly #form: Form
  #floats: bigint

  constructor(form: Form, floats: bigint) {
    this.#form = form
    this.#floats = floats
  }

  write(value: JsonValue, depth: number): string {
    if (typeof value === 'string') return this.#text(value)
    if (typeof value === 'number') return this.#number(value)
    if (value === null || typeof value === 'boolean') return String(value)
    if (depth >= SCHEMA_DEPTH_LIMIT) throw unsupported('it is nested too deeply')
    if (Array.isArray(value)) {
      return `[${value.map((item) => this.write(item, depth + 1)).join()}]`
    }
    return this.#object(value, depth)
  }

  #object(value: JsonValue, depth: number): string {
    if (!isJsonObject(value)) throw unsupported('it holds what is no JSON')
    const order = this.#form === 'javascript' ? javascriptOrder : codePointOrder
    const members = order(Object.keys(value)).map((name) => {
      // JavaScript's SDK drops a member `__proto__`; nothing that a model reads may stay unsigned.
      return `${this.#text(name)}:${this.write(value[name] ?? null, depth + 1)}`
    })
    return `{${members.join()}}`
  }

  #number(value: number): string {
    if (!Number.isFinite(value)) throw unsupported('a number is not finite')
    const asFloat = Number.isInteger(value) && this.#nextIsFloat()
    if (this.#form === 'javascript') return javascriptNumber(value)
    if (this.#form === 'go') return goNumber(value)
    return (this.#form === 'python' ? pythonNumber : rustNumber)(value, asFloat)
  }

  #nextIsFloat(): boolean {
    const float = (this.#floats & 1n) === 1n
    this.#floats >>= 1n
    return float
  }

  #text(text: string): string {
    // Each SDK replaces or refuses it in its own way, and two texts would become one.
    if (!text.isWellFormed()) throw unsupported('a text holds half of a surrogate pair')
    const quoted = JSON.stringify(text)
    return this.#form === 'go' ? quoted.replaceAll(GO_ESCAPED, escaped) : quoted
  }
}

/** What Go's `json.Marshal` writes as an escape although JSON does not ask for it. */
export const GO_ESCAPED = /[<>&\u2028\u2029]/g

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function unsupported(why: string): PortcullisError {
  return new PortcullisError('JSON_UNSUPPORTED', `the schema has no canonical form: ${why}`)
}
