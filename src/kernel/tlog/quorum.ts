import { PortcullisError } from '../errors.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { cosignedAt } from './cosignature.ts'
import { openLogHead } from './log-key.ts'
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
export function openWitnessedCheckpoint(note: string, policy: WitnessPolicy): WitnessedCheckpoint {
  const parsed = parseNote(note)
  openLogHead(
    parsed,
    policy.logs.map(({ key }) => key),
  )
  const checkpoint = parseCheckpoint(parsed.text)
  const witnesses = cosignersOf(parsed, policy)
  const names = new Set(witnesses.map(({ name }) => name))
  if (isQuorum(names, policy)) return { checkpoint, witnesses }
  const who = names.size === 0 ? 'no witness' : [...names].map((name) => `\`${name}\``).join(', ')
  throw new PortcullisError('QUORUM_UNMET', `\`${policy.quorum}\` is asked for; ${who} cosigned`)
}

/** The witnesses of a policy that cosigned a note; throws as `cosignedAt` does. */
export function cosignersOf(
  note: ParsedNote,
  { witnesses }: WitnessPolicy,
): WitnessedCheckpoint['witnesses'] {
  return witnesses.flatMap(({ name, key }) => {
    const timestamp = cosignedAt(note, key)
    // Without a time a cosigner does not say that it knows of no larger tree.
    return timestamp === undefined || timestamp === 0 ? [] : [{ name, timestamp }]
  })
}

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
