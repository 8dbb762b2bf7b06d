import { atOnce } from '../checks/answer-now.ts'
import { type Check, ifSupported } from '../checks/check.ts'
import { PortcullisError, unreachable } from '../errors.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { type CosignerKey, cosignedAtCheck } from './cosignature.ts'
import { isSignedByCheck, parseNote, type VerifierKey } from './note.ts'

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
 * `both` finds one alone, `VKEY_INVALID` where `both` has no ML-DSA-44 key to verify with,
 * `ALGORITHM_UNSUPPORTED` where ML-DSA-44 is needed and the platform has none.
 */
export function* hybridCheckpointCheck(
  note: string,
  keys: HybridKeys,
  policy: HybridPolicy,
): Check<HybridCheckpoint> {
  const signedBy = yield* signersOf(note, keys, policy)
  const checkpoint = parseCheckpoint(parseNote(note).text)
  if (checkpoint.origin === keys.classical.name) return { checkpoint, signedBy }
  const message = `the checkpoint is of the log \`${checkpoint.origin}\``
  throw new PortcullisError('CHECKPOINT_INVALID', message)
}

/** `hybridCheckpointCheck`, at once. */
export const openHybridCheckpoint = atOnce(hybridCheckpointCheck)

function* signersOf(
  note: string,
  keys: HybridKeys,
  policy: HybridPolicy,
): Check<HybridCheckpoint['signedBy']> {
  const parsed = parseNote(note)
  const { classical, postQuantum } = keys
  const found: ('classical' | 'post-quantum')[] = []
  if (yield* isSignedByCheck(parsed, classical)) found.push('classical')
  if (policy !== 'classical' && postQuantum !== undefined) {
    checkAlgorithm(keys, postQuantum)
    const second = cosignedAtCheck(parsed, postQuantum)
    // Where one of two is enough, a platform without ML-DSA-44 makes do with the other.
    const enough = policy === 'either' && found.length > 0
    const signed = yield* enough ? ifSupported(second) : second
    if (signed !== undefined) found.push('post-quantum')
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
