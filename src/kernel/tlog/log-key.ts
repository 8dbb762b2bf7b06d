import { PortcullisError } from '../errors.ts'
import { type Checkpoint, parseHead } from './checkpoint.ts'
import { type CosignerKey, cosignedAt, parseCosignerKey } from './cosignature.ts'
import {
  isSignedBy,
  type ParsedNote,
  parseTypedKey,
  parseVerifierKey,
  type VerifierKey,
} from './note.ts'

/** A key that a log signs its checkpoints with: Ed25519 as a note's, or ML-DSA-44. */
export type LogKey = VerifierKey | CosignerKey

const ML_DSA_44 = 0x06

/** Reads the `vkey` of a log (type 0x01 or 0x06), or throws `VKEY_INVALID`. */
export function parseLogKey(vkey: string): LogKey {
  return parseTypedKey(vkey).type === ML_DSA_44 ? parseCosignerKey(vkey) : parseVerifierKey(vkey)
}

/**
 * Does the note hold a signature of this log key? Throws `CHECKPOINT_UNTRUSTED` for one that does
 * not verify.
 */
export function isSignedByLog(note: ParsedNote, key: LogKey): boolean {
  return 'algorithm' in key ? cosignedAt(note, key) !== undefined : isSignedBy(note, key)
}

/**
 * The checkpoint of a note that at least one of a log's keys signed. The origin is the name of the
 * keys, as everywhere here. An empty tree may still be said to have any root.
 * @throws PortcullisError `CHECKPOINT_INVALID`; `CHECKPOINT_UNTRUSTED` without a signature, and for
 * one of a known key that does not verify.
 */
export function openLogHead(note: ParsedNote, keys: readonly LogKey[]): Checkpoint {
  const head = parseHead(note.text)
  const ours = keys.filter(({ name }) => name === head.origin)
  // Every signature of a known key is looked at: one that is wrong spoils the note.
  const signed = ours.filter((key) => isSignedByLog(note, key))
  if (signed.length > 0) return head
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed by the log \`${head.origin}\``)
}
