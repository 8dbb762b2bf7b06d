import { PortcullisError } from '../../kernel/errors.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { decodeBase64, encodeBase64 } from '../../kernel/tlog/base64.ts'
import { hasSigned, type VerifierKey } from '../../kernel/tlog/note.ts'
import { FRAME_KINDS, type Frame, frameBytes } from './frame.ts'
import { Frontier } from './frontier.ts'
import { type GrowingLog, LedgerState, NODE_LOG, type OpenAction } from './ledger-state.ts'
import { type NoteSigner, sealed } from './signers.ts'

/** Version of the snapshot, its member `v`. */
const SNAPSHOT_VERSION = 1

/** Bytes of an Ed25519 signature. */
const SEAL_BYTES = 64

/** A log in a snapshot. `frontier` holds the roots of its complete subtrees, widest first. */
interface SnapshotLog {
  readonly log: number
  readonly origin: string
  readonly tenant?: string
  readonly size: number
  readonly frontier: readonly string[]
  readonly signed?: number
  readonly head?: number
}

/** What the first frame of a segment says: all that came of the segments before it. */
export interface Snapshot {
  readonly v: typeof SNAPSHOT_VERSION
  readonly logs: readonly SnapshotLog[]
  readonly open: readonly OpenAction[]
}

/** What a ledger comes to, ready to be written down or compared. */
export function snapshotOf(state: LedgerState, open: Iterable<OpenAction>): Snapshot {
  const actions = Array.from(open, ({ log, leaf }) => ({ log, leaf }))
  return { v: SNAPSHOT_VERSION, logs: state.logs.map(snapshotLog), open: actions }
}

function snapshotLog({ log, origin, tenant, frontier, signed, head }: GrowingLog): SnapshotLog {
  return {
    ...{ log, origin, size: frontier.size, frontier: frontier.subtrees().map(encodeBase64) },
    ...(tenant !== undefined && { tenant }),
    ...(signed !== undefined && { signed }),
    ...(head !== undefined && { head }),
  }
}

/**
 * The body of a snapshot frame: canonical JSON of the snapshot and, as its member `seal`, the
 * signature (base64) of the ledger's key over `sealed(snapshot)`. Without a seal whoever can write
 * to the file could make the writer go on from, and sign, another tree than the one before.
 */
export function formatSnapshot(snapshot: Snapshot, signer: NoteSigner): Buffer {
  const seal = signer.seal(snapshot).toString('base64')
  return Buffer.from(canonical({ ...snapshot, seal }), 'utf8')
}

/** Length of the frame of a snapshot: seals are of one length, whoever seals. */
export function snapshotFrameBytes(snapshot: Snapshot): number {
  const seal = Buffer.alloc(SEAL_BYTES).toString('base64')
  return frameBytes(Buffer.byteLength(canonical({ ...snapshot, seal })))
}

/** A snapshot that was read, and whether one of the keys sealed it. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot
  isSealedBy(keys: readonly VerifierKey[]): boolean
}

/** Reads the snapshot in a frame; nothing where there is none. */
export function readSnapshot({ kind, log, body }: Frame): ReadSnapshot | undefined {
  return kind === FRAME_KINDS.snapshot && log === NODE_LOG ? parseSnapshot(body) : undefined
}

/** Reads the body of a snapshot frame; nothing where it is none. */
export function parseSnapshot(body: Uint8Array): ReadSnapshot | undefined {
  const value = parseJson(Buffer.from(body).toString('utf8'))
  if (!isSealedSnapshot(value)) return undefined
  const { seal, ...snapshot } = value
  const signature = decodeBase64(seal)
  const isSealedBy = (keys: readonly VerifierKey[]) =>
    signature !== undefined && keys.some((key) => hasSigned(key, sealed(snapshot), signature))
  return { snapshot, isSealedBy }
}

/** The logs again as a snapshot has them; throws `LEDGER_CORRUPT` where they are no trees. */
export function stateOf({ logs }: Snapshot): LedgerState {
  return new LedgerState(
    logs.map(({ size, frontier, ...log }) => ({
      ...log,
      frontier: Frontier.resume(size, frontier.map(subtree)),
    })),
  )
}

function subtree(text: string): Uint8Array {
  const hash = decodeBase64(text)
  if (hash?.length === 32) return hash
  throw new PortcullisError('LEDGER_CORRUPT', 'a hash in a snapshot is cut short')
}

/** Is it the same but for the seal? */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return canonical(a) === canonical(b)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no snapshot: what that means is for the caller to say.
    return undefined
  }
}

function isSealedSnapshot(value: unknown): value is Snapshot & { readonly seal: string } {
  if (typeof value !== 'object' || value === null) return false
  const { v, logs, open, seal }: Partial<Record<string, unknown>> = { ...value }
  const shaped = v === SNAPSHOT_VERSION && typeof seal === 'string'
  return shaped && Array.isArray(logs) && logs.every(isLog) && Array.isArray(open)
}

function isLog(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { log, origin, size, frontier }: Partial<Record<string, unknown>> = { ...value }
  const numbers = Number.isSafeInteger(log) && Number.isSafeInteger(size)
  const hashes = Array.isArray(frontier) && frontier.every((hash) => typeof hash === 'string')
  return numbers && hashes && typeof origin === 'string'
}
