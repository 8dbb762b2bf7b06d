import { PortcullisError, unreachable } from '../errors.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { type CosignerKey, cosignedAt } from './cosignature.ts'
import { isSignedBy, parseNote, type VerifierKey } from './note.ts'

/**
 * Which signatures of a log a verifier asks for. `classical`: Ed25519, whatever else is there.
 * `either`: one of the two, for the years in which some verifiers know only one. `both`: whoever
 * forges a head has to break Ed25519 and ML-DSA-44.
 */
export const HYBRID_POLICIES = ['classical', 'either', 'both'] as const
export type HybridPolicy = (typeof HYBRID_POLICIES)[number]

/** The keys of one log. */
export interface HybridKeys {
  readonly classical: VerifierKey
  readonly postQuantum?: CosignerKey
}

/** A checkpoint, and by which of its log's keys it was found signed. */
export interface HybridCheckpoint {
  readonly checkpoint: Checkpoint
  readonly signedBy: readonly ('classical' | 'post-quantum')[]
}

/**
 * The checkpoint of a note that the log signed as `policy` asks.
 * @throws PortcullisError `CHECKPOINT_INVALID` for a malformed note, `CHECKPOINT_UNTRUSTED` where
 * no signature is left to trust or one that is looked at is wrong, `CHECKPOINT_NOT_HYBRID` where
 * `both` finds one alone, `VKEY_INVALID` where `both` has no ML-DSA-44 key to verify with.
 */
export function openHybridCheckpoint(
  note: string,
  keys: HybridKeys,
  policy: HybridPolicy,
): HybridCheckpoint {
  const signedBy = signersOf(note, keys, policy)
  const checkpoint = parseCheckpoint(parseNote(note).text)
  if (checkpoint.origin === keys.classical.name) return { checkpoint, signedBy }
  const message = `the checkpoint is of the log \`${checkpoint.origin}\``
  throw new PortcullisError('CHECKPOINT_INVALID', message)
}

function signersOf(note: string, keys: HybridKeys, policy: HybridPolicy) {
  const parsed = parseNote(note)
  const { classical, postQuantum } = keys
  const found: ('classical' | 'post-quantum')[] = []
  if (isSignedBy(parsed, classical)) found.push('classical')
  if (policy !== 'classical' && postQuantum !== undefined) {
    checkAlgorithm(keys, postQuantum)
    if (cosignedAt(parsed, postQuantum) !== undefined) found.push('post-quantum')
  }
  const { name } = classical
  switch (policy) {
    case 'classical':
    case 'either':
      if (found.length > 0) return found
      throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed by \`${name}\``)
    case 'both':
      if (postQuantum === undefined) {
        throw new PortcullisError('VKEY_INVALID', `there is no ML-DSA-44 key of \`${name}\``)
      }
      if (found.length === 2) return found
      if (found.length === 0) {
        throw new PortcullisError('CHECKPOINT_UNTRUSTED', `not signed by \`${name}\``)
      }
      throw new PortcullisError('CHECKPOINT_NOT_HYBRID', `\`${name}\` signed with one key of two`)
    default:
      return unreachable(policy)
  }
}

/** Two Ed25519 keys are no hybrid, and the key of another name is not the log's. */
function checkAlgorithm({ classical }: HybridKeys, key: CosignerKey): void {
  if (key.algorithm === 'ml-dsa-44' && key.name === classical.name) return
  throw new PortcullisError('VKEY_INVALID', `\`${key.name}\` is no ML-DSA-44 key of the log`)
}
