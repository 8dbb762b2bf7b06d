import { PortcullisError } from '../errors.ts'

/** Deepest nesting that has a canonical form. */
export const MAX_CANONICAL_DEPTH = 128

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * The one text of a JSON value (RFC 8785): members in order of their UTF-16 code units, no white
 * space, numbers and escapes as ECMAScript writes them. As in `JSON.stringify`, an undefined member
 * is none. Throws `JSON_UNSUPPORTED` for what is not JSON: a non-finite number, a lone surrogate,
 * an instance of a class, a value nested too deep.
 */
export function canonical(value: unknown): string {
  return write(value, 0)
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'string' && !LONE_SURROGATE.test(value)) return JSON.stringify(value)
  if (typeof value !== 'object') throw unsupported(`a ${typeof value} that JSON cannot hold`)
  if (depth === MAX_CANONICAL_DEPTH) throw unsupported('nested too deep')
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`
  return writeObject(value, depth)
}

function writeObject(value: object, depth: number): string {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw unsupported('not a plain object')
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const written = members.map(([name, item]) => `${write(name, depth)}:${write(item, depth + 1)}`)
  return `{${written.join(',')}}`
}

function unsupported(why: string): PortcullisError {
  return new PortcullisError('JSON_UNSUPPORTED', `the value has no canonical JSON: ${why}`)
}
