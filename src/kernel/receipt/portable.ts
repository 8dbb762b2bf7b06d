import { PortcullisError } from '../errors.ts'
import { isJsonObject } from '../json/value.ts'
import { canonical } from './canonical.ts'

/** Longest portable receipt that is looked at, in UTF-16 code units. */
export const MAX_PORTABLE_LENGTH = 256 * 1024

/** One receipt to hand on: the leaf as it is in the log, and the proof with its checkpoint. */
export interface PortableReceipt {
  readonly receipt: string
  readonly proof: string
  /** That the text of this checkpoint is a leaf of the node log, with the node's checkpoint. */
  readonly head?: string
}

/** The file: canonical JSON and one newline. */
export function formatPortable({ receipt, proof, head }: PortableReceipt): string {
  const parts = head === undefined ? { receipt, proof } : { receipt, proof, head }
  return `${canonical(parts)}\n`
}

/** Reads what `formatPortable` wrote, and nothing else; throws `RECEIPT_INVALID`. */
export function parsePortable(file: string): PortableReceipt {
  if (file.length > MAX_PORTABLE_LENGTH) throw invalid('it is too long')
  const { receipt, proof, head } = parseObject(file)
  if (typeof receipt !== 'string' || typeof proof !== 'string') throw invalid('a part is missing')
  if (head !== undefined && typeof head !== 'string') throw invalid('its head is no text')
  const parts = head === undefined ? { receipt, proof } : { receipt, proof, head }
  if (formatPortable(parts) !== file) throw invalid('it is not in canonical form')
  return parts
}

function parseObject(file: string): { receipt?: unknown; proof?: unknown; head?: unknown } {
  try {
    const value: unknown = JSON.parse(file)
    if (isJsonObject(value)) return value
  } catch (cause) {
    throw invalid('it is not JSON', { cause })
  }
  throw invalid('it is not an object')
}

function invalid(why: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('RECEIPT_INVALID', `not an exported receipt: ${why}`, options)
}
