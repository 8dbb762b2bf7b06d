import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import { FRAME_KINDS } from './frame.ts'
import { type LedgerOptions, openLedger } from './open-ledger.ts'
import { readLedger } from './read-ledger.ts'
import { readFrames, segmentFile } from './segment-files.ts'

const KEY = parseVerifierKey(SAMPLE_VKEY)

async function open(t: TestContext, directory: string, options: Partial<LedgerOptions> = {}) {
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log: eventLog(), ...options })
  t.after(() => ledger.close())
  return ledger
}

/** The receipts of all tenants, as they stand in the files. */
function all(directory: string): Receipt[] {
  return [...readFrames(directory)].flatMap((found) => {
    assert.ok('frame' in found, 'a frame that cannot be read')
    const { log, kind, body } = found.frame
    return log > 0 && kind === FRAME_KINDS.leaf ? JSON.parse(Buffer.from(body).toString()) : []
  })
}

test('a new ledger is empty, signed and its owner’s alone', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(t, directory)
  assert.equal(ledger.origin, SAMPLE_ORIGIN)
  assert.equal(ledger.vkey, SAMPLE_VKEY)
  assert.equal(openCheckpoint(ledger.checkpoint(), KEY).size, 0)
  assert.equal(statSync(segmentFile(directory, 0)).mode & 0o777, 0o600)
  assert.match(ledger.of('default').origin, new RegExp(`^${SAMPLE_ORIGIN}/l/[0-9a-f]{16}$`))
})

test('appended receipts are in the files, under a head that is in the node log', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(t, directory)
  const heard: Receipt[] = []
  const heads: string[] = []
  ledger.subscribe((receipt) => heard.push(receipt))
  ledger.onHead((note) => heads.push(note))
  assert.deepEqual(await ledger.append(decisionDraft('d')), { id: 'd', seq: 0 })
  assert.deepEqual(await ledger.append(effectDraft('e', 'd')), { id: 'e', seq: 1 })
  assert.deepEqual(all(directory), heard)
  assert.equal(heads.at(-1), ledger.checkpoint())
  assert.equal(openCheckpoint(ledger.checkpoint(), KEY).size, 2)
  assert.equal(ledger.of('default').size, 2)
})

test('a thousand parallel appends have dense places in the order they were made', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(t, directory)
  const drafts = Array.from({ length: 1_000 }, (_, i) => refusalDraft(`r${i}`, `run-${i % 7}`))
  const places = await Promise.all(drafts.map((draft) => ledger.append(draft)))
  await ledger.close()
  const expected = drafts.map(({ id }, seq) => ({ id, seq }))
  assert.deepEqual(places, expected)
  assert.deepEqual(
    all(directory).map(({ id, seq }) => ({ id, seq })),
    expected,
  )
})

test('receipts by the hundred have the places of receipts one by one', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(t, directory, { queueLimit: 300 })
  const drafts = Array.from({ length: 300 }, (_, i) => refusalDraft(`r${i}`))
  const expected = drafts.map(({ id }, seq) => ({ id, seq }))
  assert.deepEqual(await ledger.appendAll([]), [])
  assert.deepEqual(await ledger.appendAll(drafts), expected)
  const tooMany = [...drafts, refusalDraft('one too many')]
  await assert.rejects(ledger.appendAll(tooMany), { code: 'LEDGER_BUSY' })
  await ledger.close()
  assert.equal(all(directory).length, 600)
  await assert.rejects(ledger.appendAll(drafts), { code: 'LEDGER_UNAVAILABLE' })
})

test('a ledger opened again goes on: trees, places and links', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  for (let round = 0; round < 4; round += 1) {
    const ledger = await open(t, directory)
    const drafts = Array.from({ length: 130 }, (_, i) => refusalDraft(`${round}-${i}`, `run-${i}`))
    await Promise.all(drafts.map((draft) => ledger.append(draft)))
    await ledger.close()
  }
  const receipts = all(directory)
  assert.deepEqual(
    receipts.map(({ seq }) => seq),
    receipts.map((_, index) => index),
  )
  assert.equal(receipts.length, 520)
  assert.equal(receipts.filter(({ prev }) => prev === undefined).length, 130)
})

test('an action that a crash interrupted reads unknown, and is said once', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const before = await open(t, directory)
  await before.append(decisionDraft('done', 'run-a'))
  await before.append(effectDraft('done-effect', 'done', 'run-a'))
  await before.append(decisionDraft('cut', 'run-b'))
  await before.append(decisionDraft('cut too', 'run-a'))
  await before.close()
  const after = await open(t, directory, { clock: { now: () => 1_800_000_000_000 } })
  await after.close()
  await (await open(t, directory)).close()
  const [first, second, last, ...more] = all(directory).slice(4)
  assert.deepEqual(first?.effect, { state: 'unknown', of: 'cut' })
  assert.deepEqual(second?.effect, { state: 'unknown', of: 'cut too' })
  const { run, actor, action, channel } = decisionDraft('cut', 'run-b')
  assert.deepEqual(
    [first?.kind, first?.run, first?.actor, first?.action, first?.channel, first?.ts],
    ['effect', run, actor, action, channel, 1_800_000_000_000],
  )
  assert.equal(last?.event?.name, 'runtime.recovered')
  assert.match(last?.event?.detail ?? '', /: 2$/)
  assert.deepEqual(more, [])
})

test('however many actions a crash interrupted, they are concluded in a few commits', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const before = await open(t, directory)
  const cut = Array.from({ length: 300 }, (_, n) => decisionDraft(`d${n}`, `run-${n}`))
  await Promise.all(cut.map((draft) => before.append(draft)))
  await before.close()
  const heads = () => readLedger(directory).node.size
  const [had, queueLimit] = [heads(), 150]
  await (await open(t, directory, { queueLimit })).close()
  const recovered = all(directory).slice(300)
  assert.deepEqual(
    recovered.map(({ effect }) => effect?.of),
    [...cut.map(({ id }) => id), undefined],
  )
  assert.equal(recovered.at(-1)?.event?.count, 300)
  // One more signs the head of the tenant at the end.
  assert.ok(heads() - had <= 4, `${heads() - had} heads`)
})

test('a second writer is refused while the first is open', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const first = await open(t, directory)
  await assert.rejects(open(t, directory), { code: 'LEDGER_LOCKED' })
  await first.append(refusalDraft('a'))
  await first.close()
  const second = await open(t, directory)
  assert.deepEqual(await second.append(refusalDraft('b')), { id: 'b', seq: 1 })
})

test('a ledger signed by another key is not gone on with', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  await (await open(t, directory)).close()
  const { privateKey: key } = generateKeyPairSync('ed25519')
  for (const active of [
    { name: SAMPLE_ORIGIN, key },
    { ...SAMPLE_SIGNER, name: 'other.example/log' },
  ]) {
    const opening = open(t, directory, { signers: { active } })
    await assert.rejects(opening, { code: 'LEDGER_KEY_MISMATCH' })
  }
})

test('files that hold no ledger are not written to', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  await (await open(t, directory)).close()
  const file = segmentFile(directory, 0)
  writeFileSync(file, 'not a ledger, and long enough to be looked at as one '.repeat(40))
  const before = readFileSync(file)
  await assert.rejects(open(t, directory), { code: 'LEDGER_CORRUPT' })
  assert.deepEqual(readFileSync(file), before)
})

test('a ledger in a place that cannot be written is unavailable', async (t) => {
  const file = join(await scratch(t), 'file')
  writeFileSync(file, '')
  await assert.rejects(open(t, join(file, 'ledger')), { code: 'LEDGER_UNAVAILABLE' })
})

test('a ledger goes on over many segments, and is opened from its last', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const small = { segmentBytes: 128 * 1024, batchBytes: 32 * 1024 }
  for (let round = 0; round < 3; round += 1) {
    const ledger = await open(t, directory, small)
    for (let group = 0; group < 12; group += 1) {
      const drafts = Array.from({ length: 40 }, (_, i) => refusalDraft(`${round}-${group}-${i}`))
      await Promise.all(drafts.map((draft) => ledger.append(draft)))
    }
    await ledger.close()
  }
  const receipts = all(directory)
  assert.deepEqual(
    receipts.map(({ seq }) => seq),
    receipts.map((_, index) => index),
  )
  assert.equal(receipts.length, 3 * 12 * 40)
  assert.ok(statSync(segmentFile(directory, 3)).size <= small.segmentBytes)
})
