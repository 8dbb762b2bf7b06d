/** Whose signature on a head counts, and up to which size. */
import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { decodeBase64 } from '../tlog/base64.ts'
import { type Checkpoint, checkpointCheck, claimedCheckpoint } from '../tlog/checkpoint.ts'
import { verifierKeyCheck } from '../tlog/note.ts'
import { consistencyCheck, type TreeHead } from '../tlog/proof-checks.ts'
import type { Hash } from '../tlog/tree-hash.ts'
import { namedHead } from './key-events.ts'
import { type KeyRecord, keyIdOf, type NamedHead } from './key-record.ts'
import { sameHead } from './key-states.ts'
import type { TrustDocument } from './trust-document.ts'

/** What else is known of a head. It counts only where the key alone does not suffice. */
export interface HeadEvidence {
  /** That the head begins the log up to the bound of the compromised key. */
  readonly consistency?: readonly Hash[]
  /** Whether enough witnesses of the policy saw the head. */
  readonly witnessed?: boolean
}

export interface JudgedHead {
  readonly checkpoint: Checkpoint
  /** The key by which it counts. */
  readonly key: KeyRecord
}

/**
 * Judges a head of a node's log. One good signature is enough; with none, the reason against the
 * newest key that signed is given.
 *
 * A compromised key counts up to its bound, and there only if the head is shown to begin the log
 * under the bound, or enough witnesses saw it: a thief can sign any history, but not make it lead
 * to the head that the roots have named.
 *
 * @throws PortcullisError `CHECKPOINT_INVALID`; `CHECKPOINT_UNTRUSTED` when no listed key signed;
 * `TRUST_LOG_CLOSED`, `TRUST_HEAD_FORKED`, `KEY_TOO_EARLY`, `KEY_RETIRED`, `KEY_COMPROMISED`.
 */
export function* headCheck(
  trust: TrustDocument,
  note: string,
  evidence: HeadEvidence = {},
): Check<JudgedHead> {
  const { origin } = claimedCheckpoint(note)
  const signed: KeyRecord[] = []
  for (const key of checkpointKeys(trust, origin)) {
    if (yield* hasSigned(key, note)) signed.push(key)
  }
  const [newest] = signed
  if (newest === undefined) {
    throw new PortcullisError('CHECKPOINT_UNTRUSTED', `no listed key of \`${origin}\` signed it`)
  }
  const checkpoint = yield* checkpointCheck(note, yield* verifierKeyCheck(newest.vkey))
  checkAnchors(trust, checkpoint)
  const refusals: PortcullisError[] = []
  for (const key of signed) {
    const refusal = yield* refusalOf(key, checkpoint, evidence)
    if (refusal === undefined) return { checkpoint, key }
    refusals.push(refusal)
  }
  throw refusals[0] ?? new PortcullisError('INTERNAL', 'no signature was judged')
}

/** `headCheck`, at once. */
export const judgeHead = atOnce(headCheck)

/** The keys that sign a node's own log for every verifier, the newest first. */
export function checkpointKeys(trust: TrustDocument, origin: string): readonly KeyRecord[] {
  return trust.keys
    .filter(({ purpose, vkey }) => purpose === 'checkpoint' && vkey.startsWith(`${origin}+`))
    .toSorted((one, other) => other.firstSize - one.firstSize)
}

function* hasSigned({ vkey }: KeyRecord, note: string): Check<boolean> {
  try {
    yield* checkpointCheck(note, yield* verifierKeyCheck(vkey))
    return true
  } catch (error) {
    if (error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED') return false
    throw error
  }
}

/** Whoever signed: at a size for which the roots have named the root, there is no other. */
function checkAnchors({ logs, keys }: TrustDocument, checkpoint: Checkpoint): void {
  const { origin, size } = checkpoint
  const closed = logs.find((log) => log.origin === origin)?.final
  if (closed !== undefined && size > closed.size) {
    throw new PortcullisError('TRUST_LOG_CLOSED', `\`${origin}\` ends at size ${closed.size}`)
  }
  const own = keys.filter(({ vkey }) => vkey.startsWith(`${origin}+`))
  const head = namedHead(checkpoint)
  for (const anchor of [closed, ...own.flatMap(({ final, bound }) => [final, bound])]) {
    if (anchor === undefined || anchor.size !== size || sameHead(anchor, head)) continue
    throw new PortcullisError('TRUST_HEAD_FORKED', `at size ${size} the root is \`${anchor.root}\``)
  }
}

function* refusalOf(
  key: KeyRecord,
  checkpoint: Checkpoint,
  evidence: HeadEvidence,
): Check<PortcullisError | undefined> {
  const { size } = checkpoint
  const its = `the key \`${keyIdOf(key)}\``
  if (size < key.firstSize) {
    return new PortcullisError('KEY_TOO_EARLY', `${its} signs from size ${key.firstSize} on`)
  }
  if (key.state === 'compromised') return yield* compromised(key, checkpoint, evidence)
  if (key.final === undefined || size <= key.final.size) return undefined
  return new PortcullisError('KEY_RETIRED', `${its} was retired at size ${key.final.size}`)
}

function* compromised(
  key: KeyRecord,
  checkpoint: Checkpoint,
  { consistency, witnessed = false }: HeadEvidence,
): Check<PortcullisError | undefined> {
  const { bound } = key
  const anchor = bound && treeHead(bound)
  if (bound === undefined || anchor === undefined || checkpoint.size > bound.size) {
    const message = `the key \`${keyIdOf(key)}\` counts up to size ${bound?.size ?? 0}`
    return new PortcullisError('KEY_COMPROMISED', message)
  }
  if (sameHead(namedHead(checkpoint), bound) || witnessed) return undefined
  const leads =
    consistency !== undefined && (yield* consistencyCheck(checkpoint, anchor, consistency))
  if (leads) return undefined
  const message = `nothing shows that this head leads to the one at size ${bound.size}`
  return new PortcullisError('KEY_COMPROMISED', message)
}

function treeHead({ size, root }: NamedHead): TreeHead | undefined {
  const bytes = decodeBase64(root)
  return bytes && { size, root: bytes }
}
