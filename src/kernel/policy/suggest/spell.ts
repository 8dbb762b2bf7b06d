import type { JsonValue } from '../../json/value.ts'
import { MAX_STRING_LENGTH } from '../language/bounds.ts'

/** What a policy can hold in quotes and people can read: no control or hidden character. */
const PLAIN = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u
const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/
const NAME = /^[A-Za-z_]\w*$/
/** Characters of a name; a line of a policy has an end. */
const MAX_NAME = 200
const DOTTED = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/

/** A value as policies write it; undefined for one that they cannot, or should not, spell. */
export function spellValue(value: JsonValue): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return NUMBER.test(String(value)) ? String(value) : undefined
  return typeof value === 'string' ? spellText(value) : undefined
}

function spellText(text: string): string | undefined {
  if (text.length > MAX_STRING_LENGTH || !PLAIN.test(text)) return undefined
  return text.normalize('NFC') === text ? JSON.stringify(text) : undefined
}

/** An exact name of an operation. A star would be a pattern: such a name cannot be spelt. */
export function spellOperation(name: string): string | undefined {
  if (name === '' || name.length > MAX_NAME || name.includes('*')) return undefined
  return DOTTED.test(name) ? name : spellText(name)
}

/** An exact name of a resource. */
export function spellResource(name: string): string | undefined {
  const exact = name !== '' && name.length <= MAX_NAME && !name.includes('*')
  return exact ? spellText(name) : undefined
}

/** Can it stand after a dot? */
export function isAttributeName(name: string): boolean {
  return NAME.test(name) && name.length <= MAX_NAME / 4 && !(name in Object.prototype)
}

/** As part of a comment, which must not end before it should. */
export function inComment(text: string): string {
  return [...text]
    .map((char) => (PLAIN.test(char) ? char : '?'))
    .join('')
    .slice(0, 200)
}
