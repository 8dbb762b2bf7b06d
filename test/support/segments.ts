import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { FRAME_KINDS, frameBytes } from '../../src/stores/segments/frame.ts'
import { readFrames } from '../../src/stores/segments/segment-files.ts'

/** The receipts of all tenants as they stand in the segments, in the order of writing. */
export function receiptsIn(directory: string): Receipt[] {
  const receipts: Receipt[] = []
  for (const found of readFrames(directory)) {
    if ('bad' in found) throw new Error(`no frame at byte ${found.at.offset}`)
    const { log, kind, body } = found.frame
    if (log === 0 || kind !== FRAME_KINDS.leaf) continue
    receipts.push(JSON.parse(Buffer.from(body).toString('utf8')))
  }
  return receipts
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
