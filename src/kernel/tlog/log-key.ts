import { atOnce } from '../checks/answer-now.ts'
import { type Check, ifSupported } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, parseHead } from './checkpoint.ts'
import { type CosignerKey, cosignedAtCheck, cosignerKeyCheck } from './cosignature.ts'
import {
  isSignedByCheck,
  type ParsedNote,
  typedKeyCheck,
  type VerifierKey,
  verifierKeyCheck,
} from './note.ts'

/** A key that a log signs its checkpoints with: Ed25519 as a note's, or ML-DSA-44. */
export type LogKey = VerifierKey | CosignerKey

const ML_DSA_44 = 0x06

/** Reads the `vkey` of a log (type 0x01 or 0x06), or throws `VKEY_INVALID`. */
export function* logKeyCheck(vkey: string): Check<LogKey> {
  const { type } = yield* typedKeyCheck(vkey)
  return yield* type === ML_DSA_44 ? cosignerKeyCheck(vkey) : verifierKeyCheck(vkey)
}

/** `logKeyCheck`, at once. */
export const parseLogKey = atOnce(logKeyCheck)

/**
 * Does the note hold a signature of this log key? Throws `CHECKPOINT_UNTRUSTED` for one that does
 * not verify.
 */
export function* isSignedByLogCheck(note: ParsedNote, key: LogKey): Check<boolean> {
  if (!('algorithm' in key)) return yield* isSignedByCheck(note, key)
  return (yield* cosignedAtCheck(note, key)) !== undefined
}

/** `isSignedByLogCheck`, at once. */
export const isSignedByLog = atOnce(isSignedByLogCheck)

/**
 * The checkpoint of a note that at least one of a log's keys signed. The origin is the name of the
 * keys, as everywhere here. An empty tree may still be said to have any root.
 * @throws PortcullisError `CHECKPOINT_INVALID`; `CHECKPOINT_UNTRUSTED` without a signature, and for
 * one of a known key that does not verify.
 */
export function* logHeadCheck(note: ParsedNote, keys: readonly LogKey[]): Check<Checkpoint> {
  const head = parseHead(note.text)
  let signed = false
  // Every signature of a known key is looked at: one that is wrong spoils the note.
  for (const key of keys) {
    if (key.name !== head.origin) continue
    if (yield* ifSupported(isSignedByLogCheck(note, key))) signed = true
  }
  if (signed) return head
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed by the log \`${head.origin}\``)
}

/** `logHeadCheck`, at once. */
export const openLogHead = atOnce(logHeadCheck)
