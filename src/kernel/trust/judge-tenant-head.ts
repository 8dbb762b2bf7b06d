/** Heads of tenants' logs. Keys are retired by the size of the node's log, so that one decides. */
import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, checkpointCheck } from '../tlog/checkpoint.ts'
import { headProofCheck } from '../tlog/head-proof.ts'
import { isLogOfNode, logVerifierKeyCheck, verifierKeyCheck } from '../tlog/note.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { checkpointKeys, type HeadEvidence, headCheck, type JudgedHead } from './judge-head.ts'
import type { KeyRecord } from './key-record.ts'
import type { TrustDocument } from './trust-document.ts'

export interface TenantEvidence extends HeadEvidence {
  /** The tlog-proof that the tenant's head is a leaf of the node's log: `head` of a receipt. */
  readonly head?: string | undefined
}

export interface JudgedTenantHead {
  /** The tenant's head. */
  readonly checkpoint: Checkpoint
  /** The head of the node's log that holds it, where that was needed or given. */
  readonly node?: JudgedHead
}

/**
 * Judges the signed head of any log of a node, its own or a tenant's. A tenant's is good by the
 * node's head that it is proved to be under. Without that proof it is good only while the key that
 * signed it has no last size.
 *
 * @throws PortcullisError as `judgeHead`; `PROOF_INVALID`; `TRUST_PROOF_NEEDED` where only the
 * proof into the node's log could tell.
 */
export function* tenantHeadCheck(
  trust: TrustDocument,
  note: string,
  { head, ...evidence }: TenantEvidence = {},
): Check<JudgedTenantHead> {
  const { checkpoint, keys } = yield* openAny(trust, note)
  if (trust.logs.some(({ origin }) => origin === checkpoint.origin)) {
    const node = yield* headCheck(trust, note, evidence)
    return { checkpoint: node.checkpoint, node }
  }
  if (head !== undefined) {
    const node = yield* headCheck(trust, parseTlogProof(head).checkpoint, evidence)
    yield* headProofCheck(head, checkpoint, node.checkpoint)
    return { checkpoint, node }
  }
  if (keys.some(({ state }) => state === 'active' || state === 'retiring')) return { checkpoint }
  const message = 'the key that signed the head is retired: the size of the node’s log has to tell'
  throw new PortcullisError('TRUST_PROOF_NEEDED', message)
}

/** `tenantHeadCheck`, at once. */
export const judgeTenantHead = atOnce(tenantHeadCheck)

/** Opens the head with every listed key that signed it. */
function* openAny(
  trust: TrustDocument,
  note: string,
): Check<{ readonly checkpoint: Checkpoint; readonly keys: readonly KeyRecord[] }> {
  const keys: KeyRecord[] = []
  let checkpoint: Checkpoint | undefined
  const origin = note.slice(0, note.indexOf('\n'))
  const node = trust.logs.find((log) => isLogOfNode(log.origin, origin))?.origin ?? origin
  for (const key of checkpointKeys(trust, node)) {
    try {
      const signer = yield* logVerifierKeyCheck(yield* verifierKeyCheck(key.vkey), origin)
      checkpoint = yield* checkpointCheck(note, signer)
      keys.push(key)
    } catch (error) {
      const other = error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED'
      if (!other) throw error
    }
  }
  if (checkpoint !== undefined) return { checkpoint, keys }
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `no listed key signed a head of \`${origin}\``)
}
