import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { leafHashOfText } from '../../kernel/tlog/hash.ts'
import { DISK, type Files } from './files.ts'
import { FRAME_KINDS } from './frame.ts'
import { judgeByKeys } from './fsck/judge-by-keys.ts'
import { fsck } from './fsck.ts'
import { openLedger } from './open-ledger.ts'
import { type OldReceipt, planPruning } from './plan-pruning.ts'
import { pruneLedger } from './prune-ledger.ts'
import { scanGroups } from './scan-groups.ts'
import { readFrames, segmentFile } from './segment-files.ts'
import { NoteSigner } from './signers.ts'

const SIGNERS = { active: SAMPLE_SIGNER }
const KEYS = new NoteSigner(SIGNERS).keys(SAMPLE_SIGNER.name)
const SMALL = { segmentBytes: 64 * 1024, batchBytes: 32 * 1024 }
const COUNT = 400

const open = (directory: string) =>
  openLedger({ directory, signers: SIGNERS, log: eventLog(), inline: {}, ...SMALL })

/** A ledger over several segments: actions with their outcomes, the last of them without. */
async function grown(t: TestContext) {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(directory)
  for (let n = 0; n < COUNT; n += 1) {
    const decided = ledger.append({ ...decisionDraft(`d${n}`, `run-${n % 7}`), ts: n })
    // The outcome of one comes far later, in another segment.
    if (n !== 3) void ledger.append({ ...effectDraft(`e${n}`, `d${n}`, `run-${n % 7}`), ts: n })
    if (n === 120) void ledger.append({ ...effectDraft('e3', 'd3', 'run-3'), ts: n })
    if (n % 10 === 0) void ledger.of('other').append({ ...refusalDraft(`o${n}`), ts: n })
    await decided
  }
  await ledger.close()
  return directory
}

const before =
  (at: number) =>
  (receipt: OldReceipt): boolean =>
    receipt.at < at

const prune = (directory: string, mayGo: (receipt: OldReceipt) => boolean, files = DISK) =>
  pruneLedger(planPruning(directory, mayGo), { directory, files, signers: SIGNERS })

/** Every group of the ledger is followed from its beginning: all heads fit. */
function lastHead(directory: string): string {
  const scan = scanGroups(directory, { segment: 0, keys: KEYS })
  assert.equal(scan?.rest, false, 'a frame does not fit')
  return scan?.groups.at(-1)?.note ?? assert.fail()
}

/** What the check of the whole ledger says. */
function checked(directory: string) {
  const judge = judgeByKeys([{ vkey: SAMPLE_VKEY, firstSize: 0 }])
  const report = fsck(directory, { origin: SAMPLE_ORIGIN, judge })
  return { problems: report.problems, pruned: report.pruned, receipts: report.receipts }
}

const segments = (directory: string) => readdirSync(join(directory, 'segments')).sort()
const bytesOf = (directory: string) =>
  Buffer.concat(segments(directory).map((name) => readFileSync(join(directory, 'segments', name))))

test('old bodies go, their hashes stay, and so does every head and every other byte', async (t) => {
  const directory = await grown(t)
  const [head, receipts] = [lastHead(directory), receiptsIn(directory)]
  const plan = planPruning(directory, before(250))
  const [first] = plan.logs
  assert.ok(first !== undefined && first.to > 300 && plan.segments.length > 2)
  assert.equal(first.from, 0)
  await prune(directory, before(250))
  assert.equal(lastHead(directory), head)
  const gone = plan.logs.reduce((sum, { to }) => sum + to, 0)
  assert.deepEqual(checked(directory), {
    problems: [],
    pruned: gone,
    receipts: receipts.length - gone,
  })
  const isGone = ({ log, seq }: Receipt) =>
    seq < (plan.logs.find(({ origin }) => origin === log)?.to ?? 0)
  assert.deepEqual(
    receiptsIn(directory),
    receipts.filter((receipt) => !isGone(receipt)),
  )
  const hashes = [...readFrames(directory)].flatMap((found) =>
    'frame' in found && found.frame.kind === FRAME_KINDS.pruned && found.frame.log === 1
      ? Buffer.from(found.frame.body).toString('base64')
      : [],
  )
  const mine = receipts.filter(({ log }) => log === first.origin).slice(0, first.to)
  assert.deepEqual(
    hashes,
    mine.map((receipt) => leafHashOfText(textOf(receipt))),
  )
  assert.ok(statSync(segmentFile(directory, 0)).size < SMALL.segmentBytes / 2)
})

test('of an action whose body goes, nothing is left in any segment or snapshot', async (t) => {
  const directory = await grown(t)
  // In a snapshot the leaf is a text in JSON, with escapes.
  const named = /id\\?":\\?"d3\\?"/g
  const d3 = () => bytesOf(directory).toString('latin1').match(named)?.length ?? 0
  bytesOf(directory)
    .toString('latin1')
    .match(/id\\?":\\?"d3\\?"/g)?.length ?? 0
  assert.ok(d3() > 1, 'in its place, and in a snapshot')
  await prune(directory, before(250))
  assert.equal(d3(), 0)
})

test('a pruned ledger opens, goes on, and has nothing more to prune', async (t) => {
  const directory = await grown(t)
  await prune(directory, before(250))
  const ledger = await open(directory)
  await ledger.append(refusalDraft('more'))
  await ledger.close()
  lastHead(directory)
  assert.deepEqual(checked(directory).problems, [])
  assert.deepEqual(planPruning(directory, before(250)), { logs: [], segments: [] })
  const [again] = planPruning(directory, before(350)).logs
  assert.ok(again !== undefined && again.from > 300 && again.to > again.from)
  await prune(directory, before(350))
  lastHead(directory)
})

test('the segment that is written to stays as it is, however old it is', async (t) => {
  const directory = await grown(t)
  const file = join(directory, 'segments', segments(directory).at(-1) ?? '')
  const bytes = readFileSync(file)
  await prune(directory, () => true)
  assert.deepEqual(readFileSync(file), bytes)
  lastHead(directory)
  await (await open(directory)).close()
})

test('a leaf that is held keeps all behind it, and other logs go on without it', async (t) => {
  const directory = await grown(t)
  const held = (receipt: OldReceipt) => receipt.tenant === 'other' || receipt.run !== 'run-3'
  const { logs } = planPruning(directory, (receipt) => receipt.at < 250 && held(receipt))
  assert.deepEqual(
    logs.map(({ tenant }) => tenant),
    ['other'],
  )
  await prune(directory, (receipt) => receipt.at < 250 && held(receipt))
  assert.ok(receiptsIn(directory).some(({ id }) => id === 'd0'))
  lastHead(directory)
})

test('a segment that was damaged is not written anew: the damage would last', async (t) => {
  const directory = await grown(t)
  const file = segmentFile(directory, 0)
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"id":"d1"')
  bytes.write('"id":"x1"', at)
  writeFileSync(file, bytes)
  await assert.rejects(prune(directory, before(250)), { code: 'LEDGER_CORRUPT' })
  assert.deepEqual(readFileSync(file), bytes)
})

test('when any effect on the disk fails, each segment is the old one or the new', async (t) => {
  const original = await grown(t)
  const head = lastHead(original)
  for (let at = 1; ; at += 1) {
    const { files, failed } = failing(at)
    await prune(original, before(250), files).catch(() => undefined)
    assert.equal(lastHead(original), head, `effect ${at}`)
    assert.deepEqual(checked(original).problems, [], `effect ${at}`)
    if (!failed()) break
    assert.ok(at < 100)
  }
  assert.equal(bytesOf(original).includes('"id":"d3"'), false)
  assert.deepEqual(
    segments(original).filter((name) => name.endsWith('.new')),
    [],
  )
})

/** The disk, of which the n-th effect fails: a write takes only half of what it is given. */
function failing(at: number): { readonly files: Files; failed(): boolean } {
  let left = at
  const step = () => {
    left -= 1
    return left === 0
  }
  const broken = () => {
    if (step()) throw new Error('the disk is gone')
  }
  const files: Files = {
    ...DISK,
    remove(path) {
      broken()
      DISK.remove(path)
    },
    write: (file, bytes, place) =>
      DISK.write(file, step() ? bytes.subarray(0, bytes.length / 2) : bytes, place),
    fdatasync(file) {
      broken()
      DISK.fdatasync(file)
    },
    rename(from, to) {
      broken()
      DISK.rename(from, to)
    },
    syncDirectory(path) {
      broken()
      DISK.syncDirectory(path)
    },
  }
  return { files, failed: () => left <= 0 }
}

function textOf(receipt: Receipt): string {
  return JSON.stringify(receipt)
}
