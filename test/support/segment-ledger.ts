import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonical } from '../../src/kernel/receipt/canonical.ts'
import { leafText } from '../../src/kernel/receipt/leaf.ts'
import { RECEIPT_VERSION, type ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { leafHash, leafHashOfText } from '../../src/kernel/tlog/hash.ts'
import {
  FRAME_KINDS,
  type FrameKind,
  frameBytes,
  writeFrame,
} from '../../src/stores/segments/frame.ts'
import {
  headText,
  LedgerState,
  type LogName,
  type OpenAction,
} from '../../src/stores/segments/ledger-state.ts'
import { segmentFile } from '../../src/stores/segments/segment-files.ts'
import { type LedgerSigners, NoteSigner } from '../../src/stores/segments/signers.ts'
import { formatSnapshot, snapshotOf } from '../../src/stores/segments/snapshot.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER } from './sample-log.ts'

/** A frame as it was laid down, for tests that move and remove them. */
export interface LaidFrame {
  readonly log: number
  readonly kind: FrameKind
  readonly body: Buffer
}

/** Lays down the segments of a ledger in memory, frame by frame. */
export class LedgerLayer {
  readonly segments: LaidFrame[][] = []
  readonly #state = LedgerState.empty(SAMPLE_ORIGIN)
  readonly #open = new Map<string, OpenAction>()
  readonly #runs = new Map<string, string>()
  #signer = new NoteSigner({ active: SAMPLE_SIGNER })

  constructor() {
    this.beginSegment()
  }

  useSigners(signers: LedgerSigners): void {
    this.#signer = new NoteSigner(signers)
  }

  beginSegment(): void {
    this.segments.push([])
    const snapshot = snapshotOf(this.#state, this.#open.values())
    this.#lay({ log: 0, kind: FRAME_KINDS.snapshot, body: formatSnapshot(snapshot, this.#signer) })
  }

  /** The next receipt of a run will not name the one before. */
  forget(log: number, run: string): void {
    this.#runs.delete(`${log} ${run}`)
  }

  declare(tenant: string): number {
    const log = this.#state.logs.length
    const origin = `${SAMPLE_ORIGIN}/l/${String(log).padStart(16, '0')}`
    const name: LogName = { log, origin, tenant }
    this.#state.declare(name)
    const seal = this.#signer.seal(name).toString('base64')
    this.#text(log, FRAME_KINDS.log, canonical({ ...name, seal }))
    return log
  }

  leaf(log: number, draft: ReceiptDraft): void {
    const { origin, frontier } = this.#state.tenantLog(log) ?? fail()
    const run = `${log} ${draft.run}`
    const prev = this.#runs.get(run)
    const place = { v: RECEIPT_VERSION, log: origin, seq: frontier.size } as const
    const text = leafText({ ...draft, ...place, ...(prev !== undefined && { prev }) })
    this.#runs.set(run, leafHashOfText(text))
    frontier.append(Buffer.from(leafHash(Buffer.from(text))))
    if (draft.effect?.state === 'dispatched') this.#open.set(draft.id, { log, leaf: text })
    if (draft.effect?.of !== undefined) this.#open.delete(draft.effect.of)
    this.#text(log, FRAME_KINDS.leaf, text)
  }

  /** Ends a group that has leaves of these logs; returns the checkpoint of the node. */
  commit(
    logs: readonly number[],
    { signed = [], cosigned }: { signed?: readonly number[]; cosigned?: string } = {},
  ): string {
    const { node } = this.#state
    for (const number of logs) {
      const log = this.#state.tenantLog(number) ?? fail()
      log.head = node.frontier.size
      node.frontier.append(Buffer.from(leafHash(Buffer.from(headText(log)))))
      this.#text(0, FRAME_KINDS.leaf, headText(log))
    }
    for (const number of signed) {
      const log = this.#state.tenantLog(number) ?? fail()
      log.signed = log.frontier.size
      this.#text(number, FRAME_KINDS.checkpoint, this.#signer.sign(log.origin, headText(log)))
    }
    if (cosigned !== undefined) this.#text(0, FRAME_KINDS.cosigned, cosigned)
    const note = this.#signer.sign(SAMPLE_ORIGIN, headText(node))
    this.#text(0, FRAME_KINDS.checkpoint, note)
    return note
  }

  #text(log: number, kind: FrameKind, text: string): void {
    this.#lay({ log, kind, body: Buffer.from(text) })
  }

  #lay(frame: LaidFrame): void {
    this.segments.at(-1)?.push(frame)
  }
}

function fail(): never {
  throw new Error('no such log')
}

/** The bytes of frames, and zeros behind them. */
export function segmentBytes(frames: readonly LaidFrame[], spare = 64): Buffer {
  const length = frames.reduce((sum, { body }) => sum + frameBytes(body.length), 0)
  const bytes = Buffer.alloc(length + spare)
  frames.reduce((offset, frame) => writeFrame(bytes, offset, frame), 0)
  return bytes
}

/** Writes segments to the directory of a ledger. */
export function writeSegments(directory: string, segments: readonly Buffer[]): void {
  mkdirSync(join(directory, 'segments'), { recursive: true })
  for (const [index, bytes] of segments.entries()) {
    writeFileSync(segmentFile(directory, index), bytes)
  }
}
