import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { lastGroup, receiptsIn } from '../../../test/support/segments.ts'
import { codeOf } from '../../kernel/errors.ts'
import { FRAME_KINDS, frameBytes } from './frame.ts'
import { openLedger } from './open-ledger.ts'
import { recoverLedger } from './recover-ledger.ts'
import { readFrames, segmentFile } from './segment-files.ts'
import { NoteSigner } from './signers.ts'

const SIGNERS = { active: SAMPLE_SIGNER }
const KEYS = new NoteSigner(SIGNERS).keys(SAMPLE_SIGNER.name)
const SMALL = { segmentBytes: 64 * 1024, batchBytes: 32 * 1024 }

const open = (directory: string) =>
  openLedger({ directory, signers: SIGNERS, log: eventLog(), inline: {}, ...SMALL })

/** A ledger that ends in two groups, the last of three receipts. */
async function twoGroups(t: TestContext) {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(directory)
  await ledger.append(refusalDraft('kept'))
  await Promise.all(['a', 'b', 'c'].map((id) => ledger.append(refusalDraft(id))))
  await ledger.close()
  const file = segmentFile(directory, 0)
  const last = lastGroup(directory, 1)
  // Without the group that signs the heads at the end, as if the writer had been killed.
  return { directory, file, bytes: readFileSync(file).fill(0, last.end), ...last }
}

/** What opening finds: the places of the last whole group and of the tail, or the refusal. */
function found(directory: string) {
  try {
    const recovered = recoverLedger(directory, KEYS)
    const { torn } = recovered
    const end = 'last' in recovered ? recovered.last.end.offset : 0
    return { end, torn: torn && { at: torn.at.offset, bytes: torn.bytes.length } }
  } catch (error) {
    return codeOf(error)
  }
}

test('a group that is cut off at any byte does not count', async (t) => {
  const { directory, file, bytes, begin, end } = await twoGroups(t)
  for (let cut = begin; cut < end; cut += 1) {
    writeFileSync(file, Buffer.from(bytes).fill(0, cut))
    const { torn, ...rest } = Object(found(directory))
    assert.deepEqual(rest, { end: begin }, `cut after ${cut - begin} bytes`)
    if (torn !== undefined) assert.equal(torn.at, begin)
    else assert.ok(cut - begin < 3, 'only the zeros of a length leave no tail')
  }
})

test('an altered byte of the last group is no crash: the ledger is not gone on with', async (t) => {
  const { directory, file, bytes, begin, end } = await twoGroups(t)
  for (let at = begin; at < end; at += 1) {
    const altered = Buffer.from(bytes)
    altered[at] = (altered[at] ?? 0) ^ 0x04
    writeFileSync(file, altered)
    assert.match(String(found(directory)), /LEDGER_(CORRUPT|KEY_MISMATCH)/, `byte ${at - begin}`)
  }
})

test('sectors of the last group that a power cut left out make it torn', async (t) => {
  const { directory, file, bytes, begin, end } = await twoGroups(t)
  const first = Math.ceil(begin / 512) * 512
  for (let sector = first - 512; sector < end; sector += 512) {
    const cut = Buffer.from(bytes).fill(0, Math.max(sector, begin), Math.min(sector + 512, end))
    writeFileSync(file, cut)
    assert.equal(Object(found(directory)).end, begin, `without the sector at ${sector}`)
  }
})

test('what a crash left is kept aside, and one receipt tells of it', async (t) => {
  const { directory, file, bytes, begin, end } = await twoGroups(t)
  const copy = join(await scratch(t), 'ledger')
  const middle = begin + Math.floor((end - begin) / 2)
  for (const cut of [begin + 4, middle, end - 1]) {
    writeFileSync(file, Buffer.from(bytes).fill(0, cut))
    cpSync(directory, copy, { recursive: true, force: true })
    const again = await open(copy)
    await again.append(refusalDraft('after'))
    await again.close()
    await (await open(copy)).close()
    const [kept, told, after, ...more] = receiptsIn(copy)
    assert.deepEqual([kept?.id, after?.id, more.length], ['kept', 'after', 0])
    assert.equal(told?.event?.name, 'ledger.recovered')
    const name = readdirSync(join(copy, 'quarantine')).at(-1) ?? ''
    assert.ok(told?.event?.detail.endsWith(`quarantine/${name}`))
    const torn = readFileSync(join(copy, 'quarantine', name))
    assert.deepEqual(torn, bytes.subarray(begin, cut))
  }
})

test('a leaf that is altered before the last group stops the ledger', async (t) => {
  const { directory, file, bytes, begin } = await twoGroups(t)
  const leaves = [...readFrames(directory)].flatMap((frame) => {
    const isLeaf = 'frame' in frame && frame.frame.kind === FRAME_KINDS.leaf
    return isLeaf && frame.at.offset < begin ? [[frame.at.offset, frame.frame.body.length]] : []
  })
  assert.equal(leaves.length, 2, 'a receipt and a head')
  for (const [offset = 0, length = 0] of leaves) {
    for (let at = offset; at < offset + frameBytes(length); at += 1) {
      const altered = Buffer.from(bytes)
      altered[at] = (altered[at] ?? 0) ^ 0x04
      writeFileSync(file, altered)
      assert.match(String(found(directory)), /LEDGER_(CORRUPT|KEY_MISMATCH)/, `byte ${at}`)
    }
  }
})
