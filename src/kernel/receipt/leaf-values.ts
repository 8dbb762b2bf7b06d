import { PortcullisError } from '../errors.ts'

/** Writes one value in canonical JSON. Throws `RECEIPT_INVALID` for one of another type. */
export type Writer = (value: unknown) => string

/** Text. A lone surrogate becomes an escape, `\\ud…`: whoever writes the whole looks for it. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw unfit('text')
  return JSON.stringify(value)
}

/** Names kept as they are written, and the longest: an agent may choose some of them. */
const KEPT_NAMES = 2_048
const KEPT_NAME_LENGTH = 256
const keptNames = new Map<unknown, string>()

/** Text that is in many receipts: a name, a line of a policy, a digest of policies. */
export function name(value: unknown): string {
  return keptNames.get(value) ?? keepName(value)
}

function keepName(value: unknown): string {
  if (keptNames.size >= KEPT_NAMES) keptNames.clear()
  const written = text(value)
  if (written.length <= KEPT_NAME_LENGTH) keptNames.set(value, written)
  return written
}

/** A whole number from 0. */
export function count(value: unknown): string {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw unfit('a count')
  return `${value}`
}

/** Any number. Throws `JSON_UNSUPPORTED` for one that is not finite. */
export function amount(value: unknown): string {
  if (typeof value !== 'number') throw unfit('a number')
  if (Number.isFinite(value)) return `${value}`
  throw new PortcullisError('JSON_UNSUPPORTED', 'a number of the receipt is not finite')
}

export function flag(value: unknown): string {
  if (typeof value !== 'boolean') throw unfit('true or false')
  return `${value}`
}

/** One of a few words. */
export function wordOf(...words: readonly string[]): Writer {
  const written = new Map<unknown, string>(words.map((word) => [word, `"${word}"`]))
  return (value) => written.get(value) ?? fail(`one of ${words.join(', ')}`)
}

/** The one number there may be. */
export function exactly(number: number): Writer {
  return (value) => (value === number ? `${number}` : fail(`${number}`))
}

export function listOf(item: Writer): Writer {
  return (values) => {
    if (!Array.isArray(values)) throw unfit('a list')
    let written = ''
    for (const value of values) written += written === '' ? item(value) : `,${item(value)}`
    return `[${written}]`
  }
}

export const names = listOf(name)
export const texts = listOf(text)

/** Members that come before one that is always there: `"a":1,`. */
export function before(name: string, value: unknown, writer: Writer): string {
  return value === undefined ? '' : `"${name}":${writer(value)},`
}

/** Members that come after one that is always there: `,"a":1`. */
export function after(name: string, value: unknown, writer: Writer): string {
  return value === undefined ? '' : `,"${name}":${writer(value)}`
}

/** An object of which no member is always there, from members written by `after`. */
export function loose(members: string): string {
  return `{${members.slice(1)}}`
}

/** Keeps what is no object from being written as an empty one. */
export function objectOf<T extends object>(value: unknown): Partial<Record<keyof T, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit('an object')
  return value
}

function fail(what: string): never {
  throw unfit(what)
}

function unfit(what: string): PortcullisError {
  return new PortcullisError('RECEIPT_INVALID', `a member of the receipt is not ${what}`)
}
