import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import {
  FRAME_KINDS,
  type FrameKind,
  frameBytes,
  writeFrame,
} from '../../src/stores/segments/frame.ts'
import { readFrames, segmentFile } from '../../src/stores/segments/segment-files.ts'

/** A frame of a ledger, for tests that alter, move and remove them. */
export interface StoredFrame {
  readonly log: number
  readonly kind: FrameKind
  readonly body: Buffer
}

/** All frames of a ledger. */
export function framesIn(directory: string): StoredFrame[] {
  return [...readFrames(directory)].map((found) => {
    if ('bad' in found) throw new Error(`no frame at byte ${found.at.offset}`)
    const { log, kind, body } = found.frame
    return { log, kind, body: Buffer.from(body) }
  })
}

/** Is it the receipt at this place in the log of the default tenant? */
export function isReceipt({ log, kind, body }: StoredFrame, seq: number): boolean {
  return log === 1 && kind === FRAME_KINDS.leaf && JSON.parse(body.toString('utf8')).seq === seq
}

/** The receipts of all tenants as they stand in the segments, in the order of writing. */
export function receiptsIn(directory: string): Receipt[] {
  return framesIn(directory).flatMap(({ log, kind, body }) =>
    log > 0 && kind === FRAME_KINDS.leaf ? JSON.parse(body.toString('utf8')) : [],
  )
}

/** A copy of a ledger of one segment, with other frames in it. */
export function copyWithFrames(
  ledger: string,
  copy: string,
  change: (frames: readonly StoredFrame[]) => readonly StoredFrame[],
): string {
  cpSync(ledger, copy, { recursive: true })
  const bytes = Buffer.alloc(readFileSync(segmentFile(copy, 0)).length)
  change(framesIn(ledger)).reduce((offset, frame) => writeFrame(bytes, offset, frame), 0)
  writeFileSync(segmentFile(copy, 0), bytes)
  return copy
}

/** Only the frames up to the checkpoint of the node log that covers so many receipts. */
export function upToReceipts(frames: readonly StoredFrame[], count: number): StoredFrame[] {
  let receipts = 0
  const end = frames.findIndex(({ log, kind }) => {
    if (log > 0 && kind === FRAME_KINDS.leaf) receipts += 1
    return receipts >= count && log === 0 && kind === FRAME_KINDS.checkpoint
  })
  return frames.slice(0, end + 1)
}

/** Where the last group begins that has a leaf of this log, and where it ends. */
export function lastGroup(directory: string, log: number): { begin: number; end: number } {
  let group = { begin: 0, end: 0, leaves: 0 }
  let last = group
  for (const found of readFrames(directory)) {
    if ('bad' in found) throw new Error(`no frame at byte ${found.at.offset}`)
    const { frame, at } = found
    if (frame.kind === FRAME_KINDS.leaf && frame.log === log) group.leaves += 1
    if (frame.kind !== FRAME_KINDS.checkpoint || frame.log !== 0) continue
    group.end = at.offset + frameBytes(frame.body.length)
    if (group.leaves > 0) last = group
    group = { begin: group.end, end: group.end, leaves: 0 }
  }
  return last
}
