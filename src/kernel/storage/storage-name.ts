import { PortcullisError } from '../errors.ts'
import { isPlainSpelling } from '../text/plain-spelling.ts'

/** Characters of the name of a stored object, and of one segment of it. */
export const STORAGE_NAME_LIMIT = 256
export const STORAGE_SEGMENT_LIMIT = 128
/** Segments of a name: `reports/2026/results.json` has three. */
export const STORAGE_DEPTH_LIMIT = 16

/** Letters, marks and digits, and signs that no file system, address or glob gives a meaning. */
const SEGMENT = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._+=@()-]*$/u

/** Names that a file system keeps for devices, with any ending. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/iu

/**
 * The name of a stored object: segments with `/` between. No segment begins with a dot, ends in a
 * dot or a space, or is a name that a file system reserves.
 * @throws PortcullisError `STORAGE_NAME_REFUSED`.
 */
export function storageName(text: string): string {
  const segments = text.split('/')
  if (text.length > STORAGE_NAME_LIMIT) throw refused('it is too long')
  if (segments.length > STORAGE_DEPTH_LIMIT) throw refused('it has too many segments')
  if (!isPlainSpelling(text)) throw refused('it is no plain spelling (Unicode NFKC, one script)')
  if (!segments.every(isSegment)) {
    throw refused('a segment is empty, reserved, or holds other signs than letters, digits, `._-`')
  }
  return text
}

/** The beginning of names: empty for all, else segments and perhaps a part of one. */
export function storagePrefix(text: string): string {
  if (text === '') return text
  storageName(text.endsWith('/') ? text.slice(0, -1) : text)
  return text
}

/** What two names share that somebody may take for one another: their letters without case. */
export function foldedName(name: string): string {
  return name.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}

function isSegment(segment: string): boolean {
  if (segment.length > STORAGE_SEGMENT_LIMIT || RESERVED.test(segment)) return false
  return SEGMENT.test(segment) && !/[ .]$/u.test(segment)
}

function refused(why: string): PortcullisError {
  return new PortcullisError('STORAGE_NAME_REFUSED', `that cannot name a stored object: ${why}`)
}
