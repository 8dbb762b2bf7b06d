import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'

import { verifierKeyCheck } from '../tlog/note.ts'
import { inclusionCheck } from '../tlog/proof-checks.ts'
import { parseTlogProof } from '../tlog/tlog-proof.ts'
import { leafHashCheck } from '../tlog/tree-hash.ts'
import { parseReceipt } from './parse-receipt.ts'
import { parsePortable } from './portable.ts'
import { type Demands, type ProvedHead, provedHeadCheck, type ReceiptTrust } from './proved-head.ts'
import type { Receipt } from './receipt.ts'

/** A receipt that was proved, the checkpoint it was proved by, and whose word that is. */
export interface VerifiedReceipt extends ProvedHead {
  readonly receipt: Receipt
}

/**
 * Verifies one exported receipt against what is trusted: a key, or a trust document. Returns only
 * what was signed.
 * @throws PortcullisError `RECEIPT_INVALID`, `PROOF_INVALID`, and as `provedHeadCheck`.
 */
export function* receiptCheck(
  file: string,
  trust: ReceiptTrust,
  demands: Demands = {},
): Check<VerifiedReceipt> {
  const { receipt: leaf, proof, head } = parsePortable(file)
  const { index, path, checkpoint: note } = parseTlogProof(proof)
  const proved = yield* provedHeadCheck({ note, head }, trust, demands)
  const hash = yield* leafHashCheck(new TextEncoder().encode(leaf))
  if (!(yield* inclusionCheck({ hash, index }, proved.checkpoint, path))) {
    throw new PortcullisError('PROOF_INVALID', `the receipt is not leaf ${index} of the tree`)
  }
  const receipt = parseReceipt(leaf)
  if (receipt.log !== proved.checkpoint.origin || receipt.seq !== index) {
    throw new PortcullisError('RECEIPT_INVALID', 'the receipt names another place than its proof')
  }
  return { receipt, ...proved }
}

/** `receiptCheck`, at once. */
export const verifyReceipt = atOnce(receiptCheck)

/**
 * The same with nothing but the public key (`vkey`) of the log, or of its node.
 * @throws PortcullisError also `VKEY_INVALID`.
 */
export function* portableCheck(file: string, vkey: string): Check<VerifiedReceipt> {
  return yield* receiptCheck(file, { key: yield* verifierKeyCheck(vkey) })
}

/** `portableCheck`, at once. */
export const verifyPortableReceipt = atOnce(portableCheck)
