/** What a log sends to a witness, and how a witness judges it (https://c2sp.org/tlog-witness). */
import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { type Checkpoint, parseCount, parseHead } from './checkpoint.ts'
import { EMPTY_ROOT, HASH_BYTES, type Hash, sameHash } from './hash.ts'
import { type LogKey, openLogHead } from './log-key.ts'
import { MAX_NOTE_LENGTH, parseNote } from './note.ts'
import { type TreeHead, verifyConsistency } from './proof.ts'

/** Most hashes that a request may bring. */
export const MAX_CONSISTENCY_HASHES = 63

/** Longest body of a request: a note, and 63 hashes of 45 characters after the size. */
export const MAX_ADD_CHECKPOINT_LENGTH = MAX_NOTE_LENGTH + 4_096

/** A head to be cosigned, and that the tree of `oldSize` leaves is a prefix of it. */
export interface AddCheckpoint {
  readonly oldSize: number
  readonly proof: readonly Hash[]
  /** The signed checkpoint. */
  readonly note: string
}

/** The body of `POST …/add-checkpoint`. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  const lines = [`old ${oldSize}`, ...proof.map(encodeBase64)]
  return `${lines.join('\n')}\n\n${note}`
}

/** Reads the body, or throws `WITNESS_REQUEST_INVALID`. The note is not looked at. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const split = body.indexOf('\n\n')
  const [sizeLine = '', ...hashes] = body.slice(0, Math.max(split, 0)).split('\n')
  const oldSize = sizeLine.startsWith('old ') ? parseCount(sizeLine.slice(4)) : undefined
  if (oldSize === undefined) throw invalid('it does not begin with `old SIZE`')
  if (hashes.length > MAX_CONSISTENCY_HASHES) throw invalid('its proof is too long')
  return { oldSize, proof: hashes.map(parseHash), note: body.slice(split + 2) }
}

/**
 * The head of a request, once a key of its log is found to have signed it.
 * @throws PortcullisError `WITNESS_REQUEST_INVALID`, `WITNESS_LOG_UNKNOWN`,
 * `WITNESS_SIGNATURE_REFUSED`.
 */
export function openSubmission({ note }: AddCheckpoint, logs: readonly LogKey[]): Checkpoint {
  const parsed = orElse('WITNESS_REQUEST_INVALID', () => parseNote(note))
  const { origin } = orElse('WITNESS_REQUEST_INVALID', () => parseHead(parsed.text))
  if (!logs.some(({ name }) => name === origin)) {
    throw new PortcullisError('WITNESS_LOG_UNKNOWN', `the log \`${origin}\` is not watched here`)
  }
  return orElse('WITNESS_SIGNATURE_REFUSED', () => openLogHead(parsed, logs))
}

/** What comes of a head: it is to be stored and cosigned, or the client has to know of another. */
export type Judgement = { readonly kind: 'advance' } | { readonly kind: 'conflict'; size: number }

/**
 * May the head follow the last one that was cosigned? Nothing cosigned yet is a tree of size 0.
 * @throws PortcullisError `WITNESS_REQUEST_INVALID`, `WITNESS_INCONSISTENT`.
 */
export function judgeAdvance(
  { oldSize, proof }: Pick<AddCheckpoint, 'oldSize' | 'proof'>,
  head: TreeHead,
  known: TreeHead = { size: 0, root: EMPTY_ROOT },
): Judgement {
  if (oldSize > head.size) throw invalid('its old size is above the size of its checkpoint')
  if (oldSize !== known.size) return { kind: 'conflict', size: known.size }
  const emptyAsItMust = head.size > 0 || sameHash(head.root, EMPTY_ROOT)
  if (emptyAsItMust && verifyConsistency(known, head, proof)) return { kind: 'advance' }
  const message = `size ${head.size} is not shown to continue size ${known.size}`
  throw new PortcullisError('WITNESS_INCONSISTENT', message)
}

function parseHash(line: string): Hash {
  const hash = decodeBase64(line)
  if (hash?.length === HASH_BYTES) return hash
  throw invalid('a line of its proof is not a hash')
}

function invalid(why: string): PortcullisError {
  return new PortcullisError('WITNESS_REQUEST_INVALID', `the request is malformed: ${why}`)
}

/** The same failure under the code that the protocol has a status for. */
function orElse<T>(
  code: 'WITNESS_REQUEST_INVALID' | 'WITNESS_SIGNATURE_REFUSED',
  read: () => T,
): T {
  try {
    return read()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new PortcullisError(code, why, { cause })
  }
}
