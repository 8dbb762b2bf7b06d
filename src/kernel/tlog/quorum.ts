import { atOnce } from '../checks/answer-now.ts'
import { type Check, ifSupported } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { cosignedAtCheck } from './cosignature.ts'
import { logHeadCheck } from './log-key.ts'
import { type ParsedNote, parseNote } from './note.ts'
import { NO_QUORUM, type WitnessPolicy } from './witness-policy.ts'

/** Who cosigned a checkpoint, and when, in seconds since the epoch. */
export interface WitnessedCheckpoint {
  readonly checkpoint: Checkpoint
  readonly witnesses: readonly { readonly name: string; readonly timestamp: number }[]
}

/**
 * The checkpoint of a note that one of the policy's logs signed and its quorum cosigned.
 * @throws PortcullisError `CHECKPOINT_INVALID` for a malformed note, `CHECKPOINT_UNTRUSTED` for one
 * that no log of the policy signed or with a wrong signature of a known key, `QUORUM_UNMET`.
 */
export function* witnessedCheckpointCheck(
  note: string,
  policy: WitnessPolicy,
): Check<WitnessedCheckpoint> {
  const parsed = parseNote(note)
  yield* logHeadCheck(
    parsed,
    policy.logs.map(({ key }) => key),
  )
  const checkpoint = parseCheckpoint(parsed.text)
  const witnesses = yield* quorumCheck(parsed, policy)
  return { checkpoint, witnesses }
}

/** `witnessedCheckpointCheck`, at once. */
export const openWitnessedCheckpoint = atOnce(witnessedCheckpointCheck)

/**
 * The witnesses that cosigned a note, if they make up the quorum of the policy. Whose log it is,
 * has to be known otherwise.
 * @throws PortcullisError `CHECKPOINT_UNTRUSTED` for a wrong cosignature, `QUORUM_UNMET`.
 */
export function* quorumCheck(
  note: ParsedNote,
  policy: WitnessPolicy,
): Check<WitnessedCheckpoint['witnesses']> {
  const witnesses = yield* cosignersCheck(note, policy)
  const names = new Set(witnesses.map(({ name }) => name))
  if (isQuorum(names, policy)) return witnesses
  const who = names.size === 0 ? 'no witness' : [...names].map((name) => `\`${name}\``).join(', ')
  throw new PortcullisError('QUORUM_UNMET', `\`${policy.quorum}\` is asked for; ${who} cosigned`)
}

/**
 * The witnesses of a policy that cosigned a note. One whose algorithm there is not here did not.
 * @throws PortcullisError `CHECKPOINT_UNTRUSTED` for a wrong cosignature.
 */
export function* cosignersCheck(
  note: ParsedNote,
  { witnesses }: WitnessPolicy,
): Check<WitnessedCheckpoint['witnesses']> {
  const found: { readonly name: string; readonly timestamp: number }[] = []
  for (const { name, key } of witnesses) {
    const timestamp = yield* ifSupported(cosignedAtCheck(note, key))
    // Without a time a cosigner does not say that it knows of no larger tree.
    if (timestamp !== undefined && timestamp !== 0) found.push({ name, timestamp })
  }
  return found
}

/** `cosignersCheck`, at once. */
export const cosignersOf = atOnce(cosignersCheck)

/** Do these witnesses, by the policy's own names, make up its quorum? */
export function isQuorum(cosigned: ReadonlySet<string>, policy: WitnessPolicy): boolean {
  if (policy.quorum === NO_QUORUM) return true
  const witnessed = new Set(cosigned)
  // Groups name only what stands before them, so one pass settles all of them.
  for (const { name, threshold, members } of policy.groups) {
    const count = members.filter((member) => witnessed.has(member)).length
    if (count >= threshold) witnessed.add(name)
  }
  return witnessed.has(policy.quorum)
}
