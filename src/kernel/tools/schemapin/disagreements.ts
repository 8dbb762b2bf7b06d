import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'
import { GO_ESCAPED } from './canonical-form.ts'
import { goNumber, javascriptNumber, pythonNumber, rustNumber } from './canonical-number.ts'
import { codePointOrder, isIndex, javascriptOrder } from './key-order.ts'

/** Why the official SDKs give one schema different bytes. */
export type Trap =
  | 'integer_keys'
  | 'astral_keys'
  | 'prototype_key'
  | 'number'
  | 'whole_float'
  | 'escaped_text'

export interface Disagreement {
  readonly trap: Trap
  /** A JSON pointer; for `whole_float`, which only the text shows, `line N`. */
  readonly where: string
}

/** Disagreements that are named; there may be more. */
export const DISAGREEMENTS_LIMIT = 20

/**
 * Where the SDKs would disagree about the schema. `text` is the JSON it was read from: only there
 * `1.0` differs from `1`. Nothing means that a signature holds whichever SDK verifies it.
 */
export function disagreements(schema: JsonObject, text?: string): readonly Disagreement[] {
  const found = [...walk(schema, '')]
  const all = text === undefined ? found : [...found, ...wholeFloats(text)]
  return all.slice(0, DISAGREEMENTS_LIMIT)
}

function* walk(value: JsonValue, where: string): Generator<Disagreement> {
  if (typeof value === 'number') {
    if (!isAgreed(value)) yield { trap: 'number', where }
  } else if (typeof value === 'string') {
    if (isEscapedByGo(value)) yield { trap: 'escaped_text', where }
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) yield* walk(item, `${where}/${at}`)
  } else if (isJsonObject(value)) {
    yield* names(Object.keys(value), where)
    for (const [name, held] of Object.entries(value)) {
      yield* walk(held ?? null, `${where}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    }
  }
}

function* names(all: readonly string[], where: string): Generator<Disagreement> {
  const here = where === '' ? '/' : where
  const others = codePointOrder(all)
  if (javascriptOrder(all).some((name, at) => name !== others[at])) {
    yield { trap: all.some(isIndex) ? 'integer_keys' : 'astral_keys', where: here }
  }
  if (all.includes('__proto__')) yield { trap: 'prototype_key', where: here }
  if (all.some(isEscapedByGo)) yield { trap: 'escaped_text', where: here }
}

function isAgreed(value: number): boolean {
  const written = [goNumber(value), pythonNumber(value, false), rustNumber(value, false)]
  // Beyond 2^53 a parser that knows doubles alone reads another number than was written.
  const exact = !Number.isInteger(value) || Number.isSafeInteger(value)
  return exact && written.every((text) => text === javascriptNumber(value))
}

/** Before version 1.22 Go wrote `\b` and `\f` as numbers, too. */
function isEscapedByGo(text: string): boolean {
  return text.search(GO_ESCAPED) !== -1 || /[\b\f]/.test(text)
}

/** A string, which is skipped, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g

function* wholeFloats(text: string): Generator<Disagreement> {
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || !/[.eE]/.test(token) || !Number.isInteger(Number(token))) continue
    yield { trap: 'whole_float', where: `line ${text.slice(0, index).split('\n').length}` }
  }
}
