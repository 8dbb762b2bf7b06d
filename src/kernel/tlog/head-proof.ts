import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { type Checkpoint, formatCheckpoint } from './checkpoint.ts'
import { isLogOfNode } from './note.ts'
import { inclusionCheck } from './proof-checks.ts'
import { parseTlogProof } from './tlog-proof.ts'
import { leafHashCheck } from './tree-hash.ts'

/**
 * That the text of a tenant's head is a leaf of its node's log: `head` of a portable receipt. The
 * head of the node is the one that the proof comes with, and was judged before.
 * @throws PortcullisError `PROOF_INVALID`.
 */
export function* headProofCheck(proof: string, tenant: Checkpoint, node: Checkpoint): Check<void> {
  const { index, path } = parseTlogProof(proof)
  const hash = yield* leafHashCheck(new TextEncoder().encode(formatCheckpoint(tenant)))
  const own = isLogOfNode(node.origin, tenant.origin)
  if (own && (yield* inclusionCheck({ hash, index }, node, path))) return
  throw new PortcullisError('PROOF_INVALID', 'the head of the tenant is not in the node’s log')
}
