import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { scratch } from '../../../test/support/scratch.ts'
import { FRAME_KINDS, frameBytes, writeFrame } from './frame.ts'
import { frameAt, readFrames, segmentFile } from './segment-files.ts'

interface Written {
  readonly log: number
  readonly kind: (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS]
  readonly body: Buffer
}

const written: fc.Arbitrary<Written> = fc.record(
  {
    log: fc.nat(5),
    kind: fc.constantFrom(...Object.values(FRAME_KINDS)),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
)

function segment(frames: readonly Written[], spare: number): Buffer {
  const bytes = frames.reduce((sum, { body }) => sum + frameBytes(body.length), 0)
  const target = Buffer.alloc(bytes + spare)
  frames.reduce((offset, frame) => writeFrame(target, offset, frame), 0)
  return target
}

function ledgerOf(directory: string, segments: readonly Buffer[]): string {
  mkdirSync(join(directory, 'segments'), { recursive: true })
  for (const [index, bytes] of segments.entries()) {
    writeFileSync(segmentFile(directory, index), bytes)
  }
  return directory
}

function readAll(directory: string): readonly (Written | 'bad')[] {
  return [...readFrames(directory)].map((found) =>
    'bad' in found
      ? 'bad'
      : { log: found.frame.log, kind: found.frame.kind, body: Buffer.from(found.frame.body) },
  )
}

describe('segment files', () => {
  it('give back the frames that were written, over all segments', async (t) => {
    let run = 0
    const root = await scratch(t)
    fc.assert(
      fc.property(fc.array(fc.array(written), { maxLength: 3 }), fc.nat(20), (segments, spare) => {
        run += 1
        const files = segments.map((frames) => segment(frames, spare))
        const directory = ledgerOf(join(root, String(run)), files)
        assert.deepEqual(readAll(directory), segments.flat())
      }),
      { numRuns: 50 },
    )
  })

  it('read a frame that is longer than one read', async (t) => {
    const long = { log: 1, kind: FRAME_KINDS.snapshot, body: Buffer.alloc(3_000_000, 7) }
    const leaf = { log: 1, kind: FRAME_KINDS.leaf, body: Buffer.from('{}') }
    const directory = ledgerOf(await scratch(t), [segment([leaf, long, leaf], 100)])
    assert.deepEqual(readAll(directory), [leaf, long, leaf])
    const offset = frameBytes(leaf.body.length)
    assert.equal(frameAt(directory, { segment: 0, offset }).body.length, 3_000_000)
  })

  it('end with what cannot be read', async (t) => {
    const leaf = { log: 1, kind: FRAME_KINDS.leaf, body: Buffer.from('{}') }
    const cases = {
      'cut inside a frame': segment([leaf, leaf], 0).subarray(0, -1),
      'an unknown kind': Buffer.concat([
        segment([leaf], 0),
        Buffer.from('000000020000000199ff', 'hex'),
      ]),
      'a length beyond all bounds': Buffer.concat([segment([leaf], 0), Buffer.alloc(9, 0xff)]),
    }
    for (const [name, bytes] of Object.entries(cases)) {
      const directory = ledgerOf(join(await scratch(t), 'ledger'), [bytes, segment([leaf], 0)])
      assert.deepEqual(readAll(directory), [leaf, 'bad'], name)
    }
  })
})
