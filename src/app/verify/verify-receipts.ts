/** Exported receipts: one, a directory of them, or a bundle for an investigation. */
import { PortcullisError } from '../../kernel/errors.ts'
import { verifyBundle } from '../../kernel/receipt/bundle.ts'
import { type VerifiedReceipt, verifyReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { type Checkpoint, claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { sameHash } from '../../kernel/tlog/hash.ts'
import { readBundle } from '../bundle/bundle-files.ts'
import type { HeadMemory } from './head-memory.ts'
import { readTrust, type Trusted, type TrustFiles } from './trusted.ts'

/** One thing that is wrong, and where. */
export interface TargetProblem {
  readonly code: string
  /** A file, or the path of one within a log. */
  readonly place: string
  readonly message: string
}

export interface ReceiptsVerdict {
  readonly kind: 'receipts'
  readonly ok: boolean
  readonly verified: readonly VerifiedReceipt[]
  readonly problems: readonly TargetProblem[]
}

/** Codes that speak of the call, and not of what was found. */
const MISTAKES: readonly string[] = ['VKEY_INVALID', 'WITNESS_POLICY_INVALID', 'FILE_UNREADABLE']

export function verifyReceipts(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  options: TrustFiles,
): ReceiptsVerdict {
  const trusted = readTrust(options)
  const verified: VerifiedReceipt[] = []
  const problems: TargetProblem[] = []
  for (const [name, bytes] of files) {
    const found = judgeReceipt(name, bytes, trusted)
    if ('code' in found) problems.push(found)
    else verified.push(found)
  }
  if (files.length === 0) {
    throw new PortcullisError('VERIFY_OPTIONS', 'there is no exported receipt in this directory')
  }
  return { kind: 'receipts', ok: problems.length === 0, verified, problems }
}

/** A bundle: its files, its timeline, and every receipt in it. */
export function verifyBundled(target: string, options: TrustFiles): ReceiptsVerdict {
  const trusted = readTrust(options)
  const verified: VerifiedReceipt[] = []
  const found = problemOr(target, () =>
    verifyBundle(readBundle(target), (exported) => {
      const one = prove(exported, trusted)
      verified.push(one)
      return one.receipt
    }),
  )
  const ok = !('code' in found)
  return { kind: 'receipts', ok, verified: ok ? verified : [], problems: ok ? [] : [found] }
}

/** The receipt, or what is wrong with it. */
export function judgeReceipt(
  place: string,
  bytes: Uint8Array,
  trusted: Trusted,
): VerifiedReceipt | TargetProblem {
  return problemOr(place, () => prove(textOf(bytes), trusted))
}

function prove(exported: string, { trust, demands, memory }: Trusted): VerifiedReceipt {
  const verified = verifyReceipt(exported, trust, demands)
  for (const head of [verified.checkpoint, verified.node]) compare(head, memory)
  return verified
}

/** What `judge` returns, or its refusal as a problem of this place. */
export function problemOr<T>(place: string, judge: () => T): T | TargetProblem {
  try {
    return judge()
  } catch (error) {
    if (!(error instanceof PortcullisError) || MISTAKES.includes(error.code)) throw error
    return { code: error.code, place, message: error.message }
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    // A byte order mark is not taken off: it is no part of what was signed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new PortcullisError('RECEIPT_INVALID', 'not an exported receipt: no UTF-8', { cause })
  }
}

/** One receipt shows nothing of other sizes; of the same size there is one root. */
function compare(head: Checkpoint | undefined, memory: HeadMemory | undefined): void {
  const note = head && memory?.of(head.origin)
  if (head === undefined || note === undefined) return
  const known = claimedCheckpoint(note)
  if (known.size !== head.size || sameHash(known.root, head.root)) return
  throw new PortcullisError('LOG_FORKED', `another root of \`${head.origin}\` at ${head.size}`)
}
