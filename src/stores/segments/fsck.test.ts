import assert from 'node:assert/strict'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../../test/support/scratch.ts'
import {
  LedgerLayer,
  NEXT_SIGNER,
  segmentBytes,
  writeSegments,
} from '../../../test/support/segment-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { fsck } from './fsck.ts'
import { judgeByKeys, type LedgerJudge } from './fsck/judge-by-keys.ts'
import { segmentFile } from './segment-files.ts'
import { vkeyOf } from './signers.ts'

const root = scratchForFile()
const judge = judgeByKeys([SAMPLE_VKEY, vkeyOf(NEXT_SIGNER)])

function layLedger(): LedgerLayer {
  const layer = new LedgerLayer()
  const [first, second] = [layer.declare('default'), layer.declare('acme')]
  layer.leaf(first, refusalDraft('r0'))
  layer.leaf(first, decisionDraft('d1'))
  layer.leaf(second, refusalDraft('s0'))
  layer.commit([first, second], { signed: [first] })
  layer.leaf(first, effectDraft('e2', 'd1'))
  const note = layer.commit([first])
  layer.useSigners({ active: NEXT_SIGNER, retiring: SAMPLE_SIGNER })
  layer.leaf(second, decisionDraft('s1'))
  layer.leaf(second, refusalDraft('s2'))
  layer.commit([second], { signed: [second], cosigned: note })
  layer.beginSegment()
  layer.leaf(first, refusalDraft('r3'))
  layer.commit([first])
  layer.useSigners({ active: NEXT_SIGNER })
  layer.leaf(first, refusalDraft('r4'))
  layer.leaf(second, effectDraft('s3', 's1'))
  layer.commit([first, second], { signed: [first, second] })
  return layer
}


/** Judging a note takes long and depends on nothing but the note: each is judged once. */
function remembering(judge: LedgerJudge): LedgerJudge {
  const heads = new Map<string, () => ReturnType<LedgerJudge['head']>>()
  const seals = new Map<string, boolean>()
  return {
    head(note) {
      const known = heads.get(note)
      if (known !== undefined) return known()
      const judged = outcomeOf(() => judge.head(note, 0))
      heads.set(note, judged)
      return judged()
    },
    seal(bytes, signature) {
      const key = Buffer.concat([signature, bytes]).toString('latin1')
      const known = seals.get(key) ?? judge.seal(bytes, signature)
      seals.set(key, known)
      return known
    },
  }
}

function outcomeOf<T>(act: () => T): () => T {
  try {
    const value = act()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

test('a ledger as it was written has no problem', () => {
  const directory = join(root, 'whole')
  const { segments } = layLedger()
  writeSegments(directory, segments.map((frames) => segmentBytes(frames)))
  const report = fsck(directory, { origin: SAMPLE_ORIGIN, judge })
  assert.deepEqual(report.problems, [])
})

test('one bit changed anywhere is found and named', () => {
  const directory = join(root, 'flips')
  const { segments } = layLedger()
  const files = segments.map((frames) => segmentBytes(frames))
  writeSegments(directory, files)
  const quick = remembering(judge)
  const missed: string[] = []
  const codes = new Map<string, number>()
  let flips = 0
  for (const [segment, bytes] of files.entries()) {
    const file = openSync(segmentFile(directory, segment), 'r+')
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const at = bit >> 3
      const byte = bytes[at] ?? 0
      writeSync(file, Buffer.from([byte ^ (1 << (bit & 7))]), 0, 1, at)
      const { problems } = fsck(directory, { origin: SAMPLE_ORIGIN, judge: quick })
      writeSync(file, Buffer.from([byte]), 0, 1, at)
      flips += 1
      if (problems.length === 0) missed.push(`${segment}:${at}.${bit & 7}`)
      for (const { code } of problems) codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    closeSync(file)
  }
  console.log(flips, codes)
  assert.deepEqual(missed, [])
})
