import { PortcullisError } from '../errors.ts'
import { isJsonObject, type JsonValue } from './value.ts'

/** How deep arrays and objects of a request may nest; `[[1]]` is two deep. */
export const DEFAULT_MAX_DEPTH = 64

/**
 * Parses JSON from a stranger. Accepts what `JSON.parse` accepts, as the same value, less what two
 * parsers may read differently (RFC 8259 sections 4, 6 and 8): what is decided here must be what
 * the target reads. Linear in the size of the input. No error quotes the text, which may hold a
 * secret.
 *
 * @throws PortcullisError `REQUEST_INVALID_UTF8`, `REQUEST_MALFORMED_JSON` (a byte order mark too),
 * `REQUEST_TOO_DEEP`, `REQUEST_DUPLICATE_KEY`, or `REQUEST_UNSAFE_JSON` for a member `__proto__`,
 * half a surrogate pair, or a number that is no finite double.
 */
export function parseStrictJson(
  bytes: Uint8Array,
  { maxDepth = DEFAULT_MAX_DEPTH }: { readonly maxDepth?: number } = {},
): JsonValue {
  const text = decodeUtf8(bytes)
  const written = countMembersWritten(text, maxDepth)
  const value = parse(text)
  // A repeated name, however it is escaped, overwrites its first value and is missing here.
  if (countMembers(value) !== written) {
    throw new PortcullisError('REQUEST_DUPLICATE_KEY', 'an object has two members of one name')
  }
  return value
}

// `ignoreBOM` keeps the mark in the text, where the parser refuses it.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch (cause) {
    throw new PortcullisError('REQUEST_INVALID_UTF8', 'the text is not UTF-8', { cause })
  }
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    // Without a cause: the parser's own message quotes the text.
    throw new PortcullisError('REQUEST_MALFORMED_JSON', 'the text is not JSON')
  }
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** In JSON each member has one colon outside strings; text that is no JSON gets any number. */
function countMembersWritten(text: string, maxDepth: number): number {
  let members = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at + 1)
        break
      case COLON:
        members++
        break
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth++
        if (depth > maxDepth) {
          throw new PortcullisError('REQUEST_TOO_DEEP', `nested more than ${maxDepth} deep`)
        }
        break
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--
        break
      default:
    }
  }
  return members
}

/** Index of the quote that closes the string whose first character is at `start`. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start)
  while (quote !== -1) {
    let first = quote
    while (first > start && text.charCodeAt(first - 1) === BACKSLASH) first--
    if ((quote - first) % 2 === 0) return quote
    quote = text.indexOf('"', quote + 1)
  }
  return text.length
}

/** Members of all objects within, each of which is safe to pass on. */
function countMembers(value: JsonValue): number {
  let members = 0
  if (typeof value === 'string') checkText(value)
  else if (typeof value === 'number') checkNumber(value)
  else if (Array.isArray(value)) {
    for (const item of value) members += countMembers(item)
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      checkName(name)
      members += 1 + countMembers(value[name] ?? null)
    }
  }
  return members
}

function checkName(name: string): void {
  // Harmless as parsed, but `target[name] = …` in any code after this replaces a prototype.
  if (name === '__proto__') throw unsafe('a member is named `__proto__`')
  checkText(name)
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw unsafe('a string holds half of a surrogate pair')
}

function checkNumber(number: number): void {
  if (!Number.isFinite(number)) throw unsafe('a number is out of range')
}

function unsafe(message: string): PortcullisError {
  return new PortcullisError('REQUEST_UNSAFE_JSON', message)
}
