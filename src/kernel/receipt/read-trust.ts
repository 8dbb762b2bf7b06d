/** What is trusted, from the texts that people keep it in. */
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import type { CosignerKey } from '../tlog/cosignature.ts'
import type { HybridPolicy } from '../tlog/hybrid.ts'
import { type LogKey, logKeyCheck } from '../tlog/log-key.ts'
import type { VerifierKey } from '../tlog/note.ts'
import { witnessPolicyCheck } from '../tlog/witness-policy.ts'
import { trustFileCheck } from '../trust/trust-file.ts'
import {
  checkFresh,
  type FirstOptions,
  firstCheck,
  trustChainCheck,
} from '../trust/verify-chain.ts'
import type { Demands, ReceiptTrust } from './proved-head.ts'

/**
 * Keys as text, a `vkey` a line: the Ed25519 key of a log or of its node, and perhaps the ML-DSA-44
 * key that signs beside it.
 * @throws PortcullisError `VKEY_INVALID`.
 */
export function* keysCheck(text: string): Check<ReceiptTrust> {
  const keys: LogKey[] = []
  for (const line of text.trim().split('\n')) keys.push(yield* logKeyCheck(line))
  const [key, second] = keys.filter((each): each is VerifierKey => !('algorithm' in each))
  const [postQuantum, third] = keys.filter((each): each is CosignerKey => 'algorithm' in each)
  const one = second === undefined && third === undefined
  if (key !== undefined && one && (postQuantum?.name ?? key.name) === key.name) {
    return { key, ...(postQuantum && { postQuantum }) }
  }
  const message = 'expected one Ed25519 key of a log, and at most one ML-DSA-44 key of the same'
  throw new PortcullisError('VKEY_INVALID', message)
}

export interface TrustOptions extends FirstOptions {
  /** Milliseconds since the epoch: a document that has expired by then is refused. */
  readonly now?: number
}

/**
 * A trust document by its file, or by its whole history, oldest first. Without `roots` it counts by
 * the roots that it names itself, which is worth what the way is worth that it came on.
 * @throws PortcullisError as `trustChainCheck`, and `TRUST_EXPIRED`.
 */
export function* trustCheck(
  files: string | readonly string[],
  { now, roots }: TrustOptions = {},
): Check<ReceiptTrust> {
  const document =
    typeof files === 'string'
      ? yield* firstCheck(yield* trustFileCheck(files), { roots })
      : yield* trustChainCheck(files, { roots })
  if (now !== undefined) checkFresh(document, now)
  return { document }
}

/** Demands as text. */
export interface DemandTexts {
  readonly hybrid?: HybridPolicy
  /** A policy as https://c2sp.org/tlog-policy has it, whose quorum has to cosign. */
  readonly witnesses?: string
}

/** @throws PortcullisError `WITNESS_POLICY_INVALID`. */
export function* demandsCheck({ hybrid, witnesses }: DemandTexts): Check<Demands> {
  return {
    ...(hybrid && { hybrid }),
    ...(witnesses !== undefined && { witnesses: yield* witnessPolicyCheck(witnesses) }),
  }
}
