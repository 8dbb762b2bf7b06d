import { PortcullisError } from '../errors.ts'
import { type Checkpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { leafHash } from '../tlog/hash.ts'
import { isLogOfNode, logVerifierKey, parseVerifierKey, type VerifierKey } from '../tlog/note.ts'
import { verifyInclusion } from '../tlog/proof.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { parseReceipt } from './parse-receipt.ts'
import { parsePortable } from './portable.ts'
import type { Receipt } from './receipt.ts'

/** A receipt that was proved, and the checkpoint it was proved by. */
export interface VerifiedReceipt {
  readonly receipt: Receipt
  readonly checkpoint: Checkpoint
}

/**
 * Verifies one exported receipt with nothing but the log's public key (`vkey`). Throws
 * `VKEY_INVALID`, `RECEIPT_INVALID`, `PROOF_INVALID`, `CHECKPOINT_INVALID` or
 * `CHECKPOINT_UNTRUSTED`; returns only what the key's holder signed.
 */
export function verifyPortableReceipt(file: string, vkey: string): VerifiedReceipt {
  const node = parseVerifierKey(vkey)
  const { receipt: leaf, proof } = parsePortable(file)
  const { index, path, checkpoint: note } = parseTlogProof(proof)
  const checkpoint = openCheckpoint(note, keyOfLog(node, note))
  const hash = leafHash(new TextEncoder().encode(leaf))
  if (!verifyInclusion({ hash, index }, checkpoint, path)) {
    throw new PortcullisError('PROOF_INVALID', `the receipt is not leaf ${index} of the tree`)
  }
  const receipt = parseReceipt(leaf)
  if (receipt.log !== checkpoint.origin || receipt.seq !== index) {
    throw new PortcullisError('RECEIPT_INVALID', 'the receipt names another place than its proof')
  }
  return { receipt, checkpoint }
}

/** A node signs the logs of its tenants with its own key, under the name of each. */
function keyOfLog(node: VerifierKey, note: string): VerifierKey {
  const origin = note.slice(0, note.indexOf('\n'))
  return isLogOfNode(node.name, origin) ? logVerifierKey(node, origin) : node
}
