import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { noteCheck, type VerifierKey } from './note.ts'
import type { TreeHead } from './proof-checks.ts'
import { EMPTY_ROOT, HASH_BYTES, sameHash } from './tree-hash.ts'

/** A tree head and the log it is of (https://c2sp.org/tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  readonly origin: string
}

/** The text that is signed: origin, size, root, one line each. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return checkpointText(origin, size, encodeBase64(root))
}

/** The same of a root that is in base64 already. */
export function checkpointText(origin: string, size: number, root: string): string {
  return `${origin}\n${size}\n${root}\n`
}

/**
 * The checkpoint in a note that `key` signed. Stricter than the format asks: the origin is the name
 * of the key, and there are no extension lines, because no proof covers them.
 */
export function* checkpointCheck(note: string, key: VerifierKey): Check<Checkpoint> {
  const checkpoint = parseCheckpoint(yield* noteCheck(note, key))
  if (checkpoint.origin === key.name) return checkpoint
  throw malformed(`it is of the log \`${checkpoint.origin}\``)
}

/** `checkpointCheck`, at once. */
export const openCheckpoint = atOnce(checkpointCheck)

/** What a note claims, signed or not. Only for comparing it with what is known otherwise. */
export function claimedCheckpoint(note: string): Checkpoint {
  return parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
}

/** Reads the text of a checkpoint, without extension lines, or throws `CHECKPOINT_INVALID`. */
export function parseCheckpoint(text: string): Checkpoint {
  const checkpoint = parseHead(text)
  if (checkpoint.size > 0 || sameHash(checkpoint.root, EMPTY_ROOT)) return checkpoint
  throw malformed('the empty tree has another root')
}

/** The same, whatever root an empty tree is said to have. */
export function parseHead(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin = '', sizeLine = '', rootLine = '', end] = lines
  const size = parseCount(sizeLine)
  const root = decodeBase64(rootLine)
  if (
    origin === '' ||
    lines.length !== 4 ||
    end !== '' ||
    size === undefined ||
    root?.length !== HASH_BYTES
  ) {
    throw malformed('it is not origin, size and root')
  }
  return { origin, size, root }
}

function malformed(why: string): PortcullisError {
  return new PortcullisError('CHECKPOINT_INVALID', `the checkpoint is malformed: ${why}`)
}

/** A count in decimal without leading zeros, as far as integers are exact. */
export function parseCount(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined
  const count = Number(text)
  return Number.isSafeInteger(count) ? count : undefined
}
