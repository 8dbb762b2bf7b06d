/**
 * Public: verifying receipts, offline, in Node and in browsers. It imports no package and no module
 * of Node: the cryptography is that of WebCrypto. Named exports only.
 */
import { soon } from './kernel/checks/answer-web.ts'
import type { Check } from './kernel/checks/check.ts'
import type { TrustOptions } from './kernel/receipt/read-trust.ts'
import {
  type DemandTexts,
  demandsCheck,
  keysCheck,
  trustCheck,
} from './kernel/receipt/read-trust.ts'
import {
  portableCheck,
  receiptCheck,
  type VerifiedReceipt,
} from './kernel/receipt/verify-receipt.ts'
import { type Checkpoint, checkpointCheck } from './kernel/tlog/checkpoint.ts'
import { verifierKeyCheck } from './kernel/tlog/note.ts'
import { consistencyCheck } from './kernel/tlog/proof-checks.ts'
import { type WitnessedCheckpoint, witnessedCheckpointCheck } from './kernel/tlog/quorum.ts'
import { witnessPolicyCheck } from './kernel/tlog/witness-policy.ts'

export { PortcullisError } from './kernel/errors.ts'
export type { DemandTexts, TrustOptions } from './kernel/receipt/read-trust.ts'
export type { Receipt } from './kernel/receipt/receipt.ts'
export type { VerifiedReceipt } from './kernel/receipt/verify-receipt.ts'
export type { Checkpoint } from './kernel/tlog/checkpoint.ts'
export type { WitnessedCheckpoint } from './kernel/tlog/quorum.ts'

/**
 * Verifies an exported receipt with the public key of the ledger, the `vkey` in `ledger.vkey`.
 *
 * ```js
 * const { receipt, checkpoint } = await verifyPortableReceipt(file, vkey)
 * ```
 *
 * Rejects with a `PortcullisError`, whose `code` says what is wrong: `VKEY_INVALID`,
 * `RECEIPT_INVALID`, `PROOF_INVALID`, `CHECKPOINT_INVALID`, `CHECKPOINT_UNTRUSTED`.
 */
export const verifyPortableReceipt = soon(portableCheck)

/**
 * The same with more asked: `vkeys` holds the key of the ledger and, on a second line, the
 * ML-DSA-44 key beside it; the demands say which signatures and whose cosignatures there must be.
 * It rejects with `CHECKPOINT_NOT_HYBRID`, `QUORUM_UNMET`, `TRUST_PROOF_NEEDED` where less is
 * shown, and with `ALGORITHM_UNSUPPORTED` where this platform could not tell.
 */
export const verifyWithKeys = soon(function* (
  file: string,
  vkeys: string,
  demands: DemandTexts = {},
): Check<VerifiedReceipt> {
  return yield* receiptCheck(file, yield* keysCheck(vkeys), yield* demandsCheck(demands))
})

/**
 * The same by a trust document, which knows of retired and of stolen keys: its file, or all of its
 * versions, the oldest first. `roots` are the ids of the root keys that count.
 */
export const verifyWithTrust = soon(function* (
  file: string,
  trust: string | readonly string[],
  { hybrid, witnesses, ...options }: DemandTexts & TrustOptions = {},
): Check<VerifiedReceipt> {
  const demands = yield* demandsCheck({
    ...(hybrid && { hybrid }),
    ...(witnesses !== undefined && { witnesses }),
  })
  return yield* receiptCheck(file, yield* trustCheck(trust, options), demands)
})

/** The checkpoint in a note that the holder of this `vkey` signed. */
export const openCheckpoint = soon(function* (note: string, vkey: string): Check<Checkpoint> {
  return yield* checkpointCheck(note, yield* verifierKeyCheck(vkey))
})

/** The checkpoint in a note that a log of the policy signed and its quorum cosigned. */
export const openWitnessedCheckpoint = soon(function* (
  note: string,
  policy: string,
): Check<WitnessedCheckpoint> {
  return yield* witnessedCheckpointCheck(note, yield* witnessPolicyCheck(policy))
})

/** Is the tree of the older checkpoint the beginning of the newer one, by this proof? */
export const verifyConsistency = soon(consistencyCheck)
