/** Heads of tenants' logs. Keys are retired by the size of the node's log, so that one decides. */
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, formatCheckpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { leafHash } from '../tlog/hash.ts'
import { isLogOfNode, logVerifierKey, parseVerifierKey } from '../tlog/note.ts'
import { verifyInclusion } from '../tlog/proof.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { checkpointKeys, type HeadEvidence, type JudgedHead, judgeHead } from './judge-head.ts'
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
export function judgeTenantHead(
  trust: TrustDocument,
  note: string,
  { head, ...evidence }: TenantEvidence = {},
): JudgedTenantHead {
  const { checkpoint, keys } = openAny(trust, note)
  if (trust.logs.some(({ origin }) => origin === checkpoint.origin)) {
    const node = judgeHead(trust, note, evidence)
    return { checkpoint: node.checkpoint, node }
  }
  if (head !== undefined) return { checkpoint, node: prove(trust, checkpoint, { head, evidence }) }
  if (keys.some(({ state }) => state === 'active' || state === 'retiring')) return { checkpoint }
  const message = 'the key that signed the head is retired: the size of the node’s log has to tell'
  throw new PortcullisError('TRUST_PROOF_NEEDED', message)
}

/** Opens the head with every listed key that signed it. */
function openAny(trust: TrustDocument, note: string) {
  const keys: KeyRecord[] = []
  let checkpoint: Checkpoint | undefined
  const origin = note.slice(0, note.indexOf('\n'))
  const node = trust.logs.find((log) => isLogOfNode(log.origin, origin))?.origin ?? origin
  for (const key of checkpointKeys(trust, node)) {
    try {
      checkpoint = openCheckpoint(note, logVerifierKey(parseVerifierKey(key.vkey), origin))
      keys.push(key)
    } catch (error) {
      const other = error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED'
      if (!other) throw error
    }
  }
  if (checkpoint !== undefined) return { checkpoint, keys }
  throw new PortcullisError('CHECKPOINT_UNTRUSTED', `no listed key signed a head of \`${origin}\``)
}

function prove(
  trust: TrustDocument,
  checkpoint: Checkpoint,
  { head, evidence }: { readonly head: string; readonly evidence: HeadEvidence },
): JudgedHead {
  const { index, path, checkpoint: note } = parseTlogProof(head)
  const judged = judgeHead(trust, note, evidence)
  const hash = leafHash(new TextEncoder().encode(formatCheckpoint(checkpoint)))
  const own = isLogOfNode(judged.checkpoint.origin, checkpoint.origin)
  if (own && verifyInclusion({ hash, index }, judged.checkpoint, path)) return judged
  throw new PortcullisError('PROOF_INVALID', 'the head of the tenant is not in the node’s log')
}
