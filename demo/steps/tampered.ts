import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cast } from '../cast.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'a copy of the ledger is tampered with, three ways: each is caught and named'

/** What is done to the bytes of a copy, and the problem that verifying must name. */
const TAMPERING = [
  {
    what: 'one bit of receipt 3 flipped',
    code: 'LEDGER_LEAF_ALTERED',
    // `3` differs from `1` in one bit.
    change: (segment: Buffer) => segment.write('"v":3}', endOf(receipt(3, segment)) - 6),
  },
  {
    what: 'receipt 3 removed',
    code: 'LEDGER_RECEIPT_MISSING',
    change(segment: Buffer) {
      const { start } = receipt(3, segment)
      segment.copyWithin(start, endOf(receipt(3, segment)))
    },
  },
  {
    what: 'the tail cut off, with its checkpoints',
    code: 'LEDGER_TRUNCATED',
    change: (segment: Buffer) => segment.fill(0, firstHeadAfter(receipt(6, segment), segment)),
  },
] as const

export async function play({ stage }: Cast): Promise<Evidence & { ok: boolean }> {
  const data = join(stage.folder, '.portcullis')
  const vkey = join(data, 'keys', 'ledger.vkey')
  const head = join(stage.folder, 'remembered.head')
  const outcomes = []
  for (const { what, code, change } of TAMPERING) {
    const copy = join(stage.folder, code)
    cpSync(join(data, 'ledger'), copy, { recursive: true })
    const file = join(copy, 'segments', '0000000000.seg')
    const segment = readFileSync(file)
    change(segment)
    writeFileSync(file, segment)
    const report = await stage.operator<{
      ok: boolean
      problems: { code: string; message: string }[]
    }>(['ledger', 'fsck', '--ledger', copy, '--key', vkey, '--head', head], [0, 1])
    const problem = report.problems.find((candidate) => candidate.code === code)
    outcomes.push({ what, caught: !report.ok && problem !== undefined, problem })
  }
  return {
    ok: outcomes.every(({ caught }) => caught),
    tampering: outcomes,
    shown: [
      ...outcomes.map(
        ({ what, caught, problem }) =>
          `${caught ? 'caught' : 'MISSED'}  ${what.padEnd(38)} ${problem?.code}: ` +
          `${problem?.message}`,
      ),
      'Proves: nobody can change or quietly drop a receipt, not even at the end of the log.',
    ],
  }
}

/** A frame: length, log number, kind, body. Kinds: 0 is a leaf, 3 a checkpoint; log 0 the node. */
interface Frame {
  readonly start: number
  readonly length: number
  readonly log: number
  readonly kind: number
}

function framesOf(segment: Buffer): readonly Frame[] {
  const frames: Frame[] = []
  for (let start = 0, length = 0; ; start += 8 + length) {
    length = segment.readUInt32BE(start)
    if (length === 0) return frames
    const [log, kind] = [segment.readUInt32BE(start + 4), segment.readUInt8(start + 8)]
    frames.push({ start, length, log, kind })
  }
}

function endOf({ start, length }: Frame): number {
  return start + 8 + length
}

function receipt(seq: number, segment: Buffer): Frame {
  const frames = framesOf(segment).filter(({ log, kind }) => log > 0 && kind === 0)
  return found(frames[seq])
}

/** Where the checkpoint ends that covers a receipt. */
function firstHeadAfter({ start }: Frame, segment: Buffer): number {
  const heads = framesOf(segment).filter(({ log, kind }) => log === 0 && kind === 3)
  return endOf(found(heads.find((head) => head.start > start)))
}

function found(frame: Frame | undefined): Frame {
  if (frame !== undefined) return frame
  throw new Error('the ledger has no such frame')
}
