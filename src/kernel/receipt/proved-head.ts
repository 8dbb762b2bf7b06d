/** Whose word a checkpoint is: that of a key, or of keys that roots vouch for, and of witnesses. */
import { type Check, ifSupported } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, checkpointCheck } from '../tlog/checkpoint.ts'
import { type CosignerKey, cosignedAtCheck, cosignerKeyCheck } from '../tlog/cosignature.ts'
import { headProofCheck } from '../tlog/head-proof.ts'
import { type HybridPolicy, hybridCheckpointCheck } from '../tlog/hybrid.ts'
import { isLogOfNode, logVerifierKeyCheck, parseNote, type VerifierKey } from '../tlog/note.ts'
import { cosignersCheck, isQuorum, quorumCheck, type WitnessedCheckpoint } from '../tlog/quorum.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { type WitnessPolicy, witnessPolicyCheck } from '../tlog/witness-policy.ts'
import { tenantHeadCheck } from '../trust/judge-tenant-head.ts'
import type { KeyRecord } from '../trust/key-record.ts'
import type { TrustDocument } from '../trust/trust-document.ts'

/** A key of a log or of its node, perhaps with the one beside it; or what the roots say of keys. */
export type ReceiptTrust =
  | { readonly key: VerifierKey; readonly postQuantum?: CosignerKey }
  | { readonly document: TrustDocument }

/** What is asked beyond a signature with Ed25519. It is asked of the head of the node's log. */
export interface Demands {
  readonly hybrid?: HybridPolicy
  readonly witnesses?: WitnessPolicy
}

/** A signed head, and for the log of a tenant the proof that brings it under its node's. */
export interface ClaimedHead {
  readonly note: string
  readonly head?: string | undefined
}

export interface ProvedHead {
  readonly checkpoint: Checkpoint
  /** The head of the node's log that holds it, where it came with one. */
  readonly node?: Checkpoint
  /** The key by which it counts, where a trust document tells. */
  readonly key?: KeyRecord
  readonly signedBy: readonly ('classical' | 'post-quantum')[]
  readonly witnesses: WitnessedCheckpoint['witnesses']
}

/**
 * Proves that a head is trusted.
 * @throws PortcullisError `CHECKPOINT_INVALID`, `CHECKPOINT_UNTRUSTED`; `PROOF_INVALID` for a head
 * that is not in its node's log; `CHECKPOINT_NOT_HYBRID`, `ALGORITHM_UNSUPPORTED`, `QUORUM_UNMET`,
 * `TRUST_PROOF_NEEDED` where more is asked than is shown; with a document as `tenantHeadCheck`.
 */
export function* provedHeadCheck(
  claimed: ClaimedHead,
  trust: ReceiptTrust,
  { hybrid = 'classical', witnesses: policy }: Demands,
): Check<ProvedHead> {
  const { checkpoint, node, nodeNote, key, signedBy } =
    'document' in trust
      ? yield* byDocument(claimed, trust.document, { hybrid, policy })
      : yield* byKey(claimed, trust, hybrid)
  const proved = { checkpoint, ...(node && { node }), ...(key && { key }), signedBy }
  if (policy === undefined) return { ...proved, witnesses: [] }
  if (nodeNote === undefined) throw proofNeeded('witnesses cosign the log of the node')
  return { ...proved, witnesses: yield* quorumCheck(parseNote(nodeNote), policy) }
}

/** A head, before it is asked who witnessed it. */
interface SignedHead {
  readonly checkpoint: Checkpoint
  readonly node?: Checkpoint
  readonly key?: KeyRecord
  /** The note of the node's own log, if there was one. */
  readonly nodeNote?: string
  readonly signedBy: ProvedHead['signedBy']
}

type KeyTrust = Extract<ReceiptTrust, { readonly key: VerifierKey }>

function* byKey(
  { note, head }: ClaimedHead,
  keys: KeyTrust,
  hybrid: HybridPolicy,
): Check<SignedHead> {
  const pair = { classical: keys.key, ...(keys.postQuantum && { postQuantum: keys.postQuantum }) }
  const origin = note.slice(0, note.indexOf('\n'))
  if (origin === keys.key.name || !isLogOfNode(keys.key.name, origin)) {
    const { checkpoint, signedBy } = yield* hybridCheckpointCheck(note, pair, hybrid)
    if (head === undefined) return { checkpoint, nodeNote: note, signedBy }
    // The log of a node is under no other log: what is shown here was altered.
    throw new PortcullisError('PROOF_INVALID', `\`${origin}\` is not the log of a tenant`)
  }
  const checkpoint = yield* checkpointCheck(note, yield* logVerifierKeyCheck(keys.key, origin))
  if (head === undefined) {
    if (hybrid === 'both') throw proofNeeded('only the log of the node is signed with ML-DSA-44')
    return { checkpoint, signedBy: ['classical'] }
  }
  const nodeNote = parseTlogProof(head).checkpoint
  const { checkpoint: node, signedBy } = yield* hybridCheckpointCheck(nodeNote, pair, hybrid)
  yield* headProofCheck(head, checkpoint, node)
  return { checkpoint, node, nodeNote, signedBy }
}

function* byDocument(
  { note, head }: ClaimedHead,
  document: TrustDocument,
  { hybrid, policy }: { readonly hybrid: HybridPolicy; readonly policy: WitnessPolicy | undefined },
): Check<SignedHead> {
  const own = document.logs.some(({ origin }) => note.startsWith(`${origin}\n`))
  if (own && head !== undefined) {
    throw new PortcullisError('PROOF_INVALID', 'the receipt is not in the log of a tenant')
  }
  const nodeNote = own ? note : head && parseTlogProof(head).checkpoint
  const witnessed = nodeNote !== undefined && (yield* isWitnessed(nodeNote, document, policy))
  const { checkpoint, node } = yield* tenantHeadCheck(document, note, { head, witnessed })
  if (node === undefined || nodeNote === undefined) {
    if (hybrid === 'both') throw proofNeeded('only the log of the node is signed with ML-DSA-44')
    return { checkpoint, signedBy: ['classical'] }
  }
  const second = yield* isSignedTwice(nodeNote, { document, node: node.checkpoint, hybrid })
  const signedBy = second ? (['classical', 'post-quantum'] as const) : (['classical'] as const)
  return {
    ...{ checkpoint, key: node.key, nodeNote, signedBy },
    ...(!own && { node: node.checkpoint }),
  }
}

/** Whether enough witnesses saw a head: those that are asked for, or those of the document. */
function* isWitnessed(
  note: string,
  { witnesses }: TrustDocument,
  asked: WitnessPolicy | undefined,
): Check<boolean> {
  const policy =
    asked ?? (witnesses === undefined ? undefined : yield* witnessPolicyCheck(witnesses))
  if (policy === undefined || policy.witnesses.length === 0) return false
  const found = yield* cosignersCheck(parseNote(note), policy)
  return isQuorum(new Set(found.map(({ name }) => name)), policy)
}

/**
 * Did a post-quantum key of the document sign the head too? The states of keys are those of the
 * Ed25519 keys, so that one of these has signed in any case.
 */
function* isSignedTwice(note: string, { document, node, hybrid }: HybridHead): Check<boolean> {
  if (hybrid === 'classical') return false
  const keys = document.keys.filter((key) => key.purpose === 'post-quantum' && isGood(key, node))
  let signed = false
  for (const { vkey } of keys) {
    const check = cosignedAtCheck(parseNote(note), yield* cosignerKeyCheck(vkey))
    const at = yield* hybrid === 'both' ? check : ifSupported(check)
    if (at !== undefined) signed = true
  }
  if (signed || hybrid === 'either') return signed
  const message = `no good ML-DSA-44 key of \`${node.origin}\` signed size ${node.size}`
  throw new PortcullisError('CHECKPOINT_NOT_HYBRID', message)
}

interface HybridHead {
  readonly document: TrustDocument
  readonly node: Checkpoint
  readonly hybrid: HybridPolicy
}

function isGood({ vkey, firstSize, final, bound }: KeyRecord, { origin, size }: Checkpoint) {
  const last = bound?.size ?? final?.size ?? Number.POSITIVE_INFINITY
  return vkey.startsWith(`${origin}+`) && size >= firstSize && size <= last
}

function proofNeeded(why: string): PortcullisError {
  const message = `the receipt does not show the head of its node: ${why}`
  return new PortcullisError('TRUST_PROOF_NEEDED', message)
}
