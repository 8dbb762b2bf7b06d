/** A log as tiles, in a directory or behind an address. */
import { existsSync, rmSync } from 'node:fs'
import { now } from '../../kernel/checks/answer-now.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import { parsePortable } from '../../kernel/receipt/portable.ts'
import { provedHeadCheck } from '../../kernel/receipt/proved-head.ts'
import type { VerifiedReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { decodeBase64, encodeBase64 } from '../../kernel/tlog/base64.ts'
import { type Checkpoint, claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { inclusionProof, verifyInclusion } from '../../kernel/tlog/proof.ts'
import { readBytes, readTextFile, writeWhole } from '../text-files.ts'
import { type AuditedTo, auditLog } from './audit-log.ts'
import { fromTiles, type LogSource, readNote, TileMissing } from './log-source.ts'
import type { Trusted } from './trusted.ts'
import { judgeReceipt, problemOr, type TargetProblem } from './verify-receipts.ts'

/** Entries between two times that it is written down how far a long run has come. */
const SAVED_EVERY = 64 * 256

export interface LogVerdict {
  readonly kind: 'log'
  readonly ok: boolean
  readonly source: string
  /** Absent where the checkpoint itself is not to be trusted. */
  readonly origin?: string
  readonly size?: number
  /** Entries that were hashed in this run. */
  readonly hashed: number
  readonly remembered: boolean
  readonly witnesses: readonly { readonly name: string; readonly timestamp: number }[]
  /** The receipt that was found in the log. */
  readonly receipt?: VerifiedReceipt
  readonly problems: readonly TargetProblem[]
  readonly unlisted: number
}

export interface LogOptions {
  readonly remember?: string
  readonly receipt?: string
  readonly prunedBelow?: number
  onProgress?(done: number, of: number): void
}

export async function verifyLog(
  source: LogSource,
  trusted: Trusted,
  options: LogOptions,
): Promise<LogVerdict> {
  const verdict = { kind: 'log', source: source.name, hashed: 0, unlisted: 0 } as const
  const note = await noteOr(source)
  const proved =
    typeof note === 'string'
      ? problemOr('checkpoint', () =>
          now(provedHeadCheck({ note }, trusted.trust, trusted.demands)),
        )
      : note
  if (typeof note !== 'string' || 'code' in proved) {
    const problems = 'code' in proved ? [proved] : []
    return { ...verdict, ok: false, remembered: false, witnesses: [], problems }
  }
  const { checkpoint, witnesses } = proved
  const { origin, size } = checkpoint
  const known = trusted.memory?.of(origin)
  const facts = { ...verdict, origin, size, remembered: known !== undefined, witnesses }
  if (options.receipt !== undefined) {
    const found = await inLog(source, checkpoint, judgeReceiptFile(options.receipt, trusted))
    if ('code' in found) return { ...facts, ok: false, problems: [found] }
    return { ...facts, ok: true, problems: [], receipt: found }
  }
  const part = options.remember === undefined ? undefined : new PartFile(options.remember, origin)
  const audit = await auditLog(source, checkpoint, {
    ...(known !== undefined && { known: claimedCheckpoint(known) }),
    ...{ prunedBelow: options.prunedBelow, resume: part?.read() },
    onProgress: (audited, of) => {
      options.onProgress?.(audited.size, of)
      part?.save(audited)
    },
  })
  const ok = audit.problems.length === 0
  part?.remove()
  if (ok) trusted.memory?.keep(note)
  return { ...facts, ...audit, ok }
}

async function noteOr(source: LogSource): Promise<string | TargetProblem> {
  try {
    return await readNote(source)
  } catch (error) {
    if (!(error instanceof PortcullisError) || error.code !== 'CHECKPOINT_INVALID') throw error
    return { code: error.code, place: 'checkpoint', message: error.message }
  }
}

/** A receipt by its own proof, and its leaf. */
function judgeReceiptFile(file: string, trusted: Trusted) {
  const bytes = readBytes(file)
  const judged = judgeReceipt(file, bytes, trusted)
  if ('code' in judged) return judged
  return { verified: judged, leaf: parsePortable(new TextDecoder().decode(bytes)).receipt, file }
}

/** That a receipt which holds is in the log as it is now. */
async function inLog(
  source: LogSource,
  head: Checkpoint,
  judged: ReturnType<typeof judgeReceiptFile>,
): Promise<VerifiedReceipt | TargetProblem> {
  if ('code' in judged) return judged
  const { verified, leaf, file } = judged
  const { log, seq } = verified.receipt
  if (log !== head.origin || seq >= head.size) {
    const message = `\`${source.name}\` is \`${head.origin}\` at size ${head.size}`
    return { code: log === head.origin ? 'LOG_ROLLED_BACK' : 'PROOF_INVALID', place: file, message }
  }
  try {
    const path = await fromTiles(source, head.size, (read) => inclusionProof(seq, head.size, read))
    const hash = leafHash(Buffer.from(leaf, 'utf8'))
    if (verifyInclusion({ hash, index: seq }, head, path)) return verified
    const message = `the log has another entry at ${seq}, or its tiles were altered`
    return { code: 'LOG_FORKED', place: file, message }
  } catch (error) {
    if (!(error instanceof TileMissing)) throw error
    return { code: 'LOG_TILE_MISSING', place: error.path, message: error.message }
  }
}

/**
 * How far a run came that was cut off, beside the file of remembered heads. It spares work and
 * proves nothing: the hashes in it have to lead to the root that is signed.
 */
class PartFile {
  readonly #file: string
  readonly #origin: string
  #saved = 0

  constructor(remember: string, origin: string) {
    this.#file = `${remember}.part`
    this.#origin = origin
  }

  read(): AuditedTo | undefined {
    if (!existsSync(this.#file)) return undefined
    const value: unknown = JSON.parse(readTextFile(this.#file))
    if (!isJsonObject(value) || value.origin !== this.#origin) return undefined
    const { size, loose } = value
    if (typeof size !== 'number' || !Array.isArray(loose)) return undefined
    const levels = loose.map((level) =>
      Array.isArray(level)
        ? level.map((hash) => decodeBase64(String(hash)) ?? new Uint8Array())
        : [],
    )
    return { size, loose: levels }
  }

  save({ size, loose }: AuditedTo): void {
    if (size - this.#saved < SAVED_EVERY) return
    this.#saved = size
    const levels = loose.map((level) => level.map(encodeBase64))
    writeWhole(this.#file, JSON.stringify({ origin: this.#origin, size, loose: levels }))
  }

  remove(): void {
    rmSync(this.#file, { force: true })
  }
}
