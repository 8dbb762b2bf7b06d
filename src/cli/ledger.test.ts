import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { writeLedger, writeSampleLedger } from '../../test/support/sample-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import { refusalDraft } from '../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../test/support/scratch.ts'
import {
  copyWithFrames,
  isReceipt,
  type StoredFrame,
  upToReceipts,
} from '../../test/support/segments.ts'
import { reindexLedger } from '../app/read-receipts.ts'
import { verifyPortableReceipt } from '../kernel/receipt/verify-receipt.ts'

const COUNT = 40
const home = scratchForFile()
const data = join(home, '.portcullis')
mkdirSync(join(data, 'keys'), { recursive: true })
writeFileSync(join(data, 'keys', 'ledger.vkey'), `${SAMPLE_VKEY}\n`)
await writeSampleLedger(join(data, 'ledger'), COUNT)

const program = join(home, 'ledger.mjs')
writeFileSync(
  program,
  `import { ledgerCommand } from ${JSON.stringify(new URL('./ledger.ts', import.meta.url))}
   await ledgerCommand().parseAsync(process.argv.slice(2), { from: 'user' })`,
)

const KEY = join(data, 'keys', 'ledger.vkey')

/** Runs `portcullis ledger …` where `.portcullis` lies. */
function ledger(...args: string[]) {
  const run = spawnSync(process.execPath, [program, ...args], { cwd: home, encoding: 'utf8' })
  return { exit: run.status, out: run.stdout, err: run.stderr }
}

function json(...args: string[]) {
  const { exit, out } = ledger(...args, '--json')
  return { exit, ...JSON.parse(out) }
}

function tampered(name: string, change: (frames: readonly StoredFrame[]) => StoredFrame[]) {
  return copyWithFrames(join(data, 'ledger'), join(home, name), change)
}

test('a ledger is verified where the runtime keeps it', () => {
  const { exit, ok, receipts, problems, keys, remembered } = json('fsck')
  assert.deepEqual([exit, ok, receipts, problems], [0, true, COUNT + 1, []])
  assert.deepEqual([keys, remembered], [[SAMPLE_VKEY], false])
  const { out } = ledger('fsck')
  assert.match(out, /ledger: holds\n {2}41 receipts under \d+ checkpoints of /)
  assert.match(out, /--remember FILE/)
})

test('the index is compared with the segments when that is asked for', () => {
  const copy = join(home, 'indexed')
  cpSync(join(data, 'ledger'), copy, { recursive: true })
  const fsck = () => json('fsck', '--index', '--ledger', copy, '--key', KEY)
  reindexLedger(copy)
  const sound = fsck()
  assert.deepEqual([sound.exit, sound.ok, sound.indexed > COUNT], [0, true, true])
  const db = new DatabaseSync(join(copy, 'index.db'))
  db.exec('DELETE FROM term WHERE seq = 7')
  db.close()
  const { exit, ok, problems } = fsck()
  assert.deepEqual([exit, ok], [1, false])
  assert.deepEqual([problems[0].code, problems[0].seq], ['LEDGER_INDEX_ALTERED', 7])
})

test('a ledger is found by its directory, a data directory or a configuration', () => {
  writeFileSync(join(home, 'other.toml'), 'data_dir = ".portcullis"\npolicy_dir = "policies"\n')
  const ways = [
    ['--ledger', join(data, 'ledger')],
    ['--ledger', data],
    ['--data', data],
    ['--config', join(home, 'other.toml')],
  ]
  for (const way of ways) assert.equal(json('fsck', ...way).receipts, COUNT + 1, way.join(' '))
})

test('a problem is named, with exit code 1', () => {
  const copy = tampered('removed', (frames) => frames.filter((frame) => !isReceipt(frame, 7)))
  const { exit, ok, problems } = json('fsck', '--ledger', copy, '--key', KEY)
  assert.deepEqual([exit, ok, problems.length], [1, false, 1])
  assert.deepEqual([problems[0].code, problems[0].seq], ['LEDGER_RECEIPT_MISSING', 7])
  const { exit: again, out } = ledger('fsck', '--ledger', copy, '--key', KEY)
  assert.equal(again, 1)
  assert.match(
    out,
    /DOES NOT HOLD.*LEDGER_RECEIPT_MISSING at receipt 7 of .*: a receipt was taken out/s,
  )
})

test('a remembered head makes a cut-off end show, and is kept only if all is well', async () => {
  const drafts = Array.from({ length: 10 }, (_, i) => refusalDraft(`r${i}`))
  const grown = join(home, 'grown')
  const head = join(home, 'remembered.head')
  await writeLedger(grown, drafts)
  const remember = (file: string) =>
    json('fsck', '--ledger', file, '--key', KEY, '--remember', head)
  assert.deepEqual([remember(grown).remembered, remember(grown).remembered], [false, true])
  assert.match(readFileSync(head, 'utf8'), new RegExp(`^${SAMPLE_ORIGIN}\n4\n`))
  const short = copyWithFrames(grown, join(home, 'short'), (frames) => upToReceipts(frames, 6))
  assert.equal(json('fsck', '--ledger', short, '--key', KEY).ok, true)
  const cut = remember(short)
  assert.deepEqual([cut.exit, cut.problems[0].code], [1, 'LEDGER_TRUNCATED'])
  assert.match(readFileSync(head, 'utf8'), /\n4\n/)
  const compared = json('fsck', '--ledger', short, '--key', KEY, '--head', head)
  assert.equal(compared.problems[0].code, 'LEDGER_TRUNCATED')
})

test('a receipt is exported, and verified with nothing but the public key', () => {
  const file = join(home, 'receipt.json')
  assert.equal(ledger('export', '12', '--out', file).exit, 0)
  assert.equal(readFileSync(file, 'utf8'), ledger('export', 'e12').out)
  assert.equal(json('export', '12').portable, readFileSync(file, 'utf8'))
  assert.equal(verifyPortableReceipt(readFileSync(file, 'utf8'), SAMPLE_VKEY).receipt.id, 'e12')
})

test('the last receipts are listed oldest first, and chosen by what they say', () => {
  const shown = (...args: string[]) =>
    json('show', ...args).receipts.map(({ seq }: { seq: number }) => seq)
  assert.deepEqual(shown('--limit', '3'), [38, 39, 40])
  assert.equal(shown().length, 20)
  assert.deepEqual(shown('--effect', 'confirmed', '--limit', '2'), [32, 37])
  assert.deepEqual(shown('--run', 'run-0', '--effect', 'refused', '--limit', '2'), [36, 39])
  assert.deepEqual(shown('--agent', 'nobody'), [])
  assert.deepEqual(shown('--operation', 'slack.post_message', '--limit', '1'), [40])
  assert.match(ledger('show', '--limit', '1').out, /^SEQ +TIME +KIND +OUTCOME/)
  assert.match(ledger('show', '--agent', 'nobody').out, /^no receipts$/m)
})

test('one receipt is shown whole, by its id or its place', () => {
  assert.equal(json('show', 'e12').receipts[0].seq, 12)
  assert.equal(json('show', '12').receipts[0].id, 'e12')
  assert.equal(JSON.parse(ledger('show', '12').out).id, 'e12')
})

test('what an agent put into a name cannot move the cursor', async () => {
  const directory = join(home, 'names')
  const action = { operation: 'a\u009b2J\u202e', resource: { type: 'tool', id: 'x' } } as const
  await writeLedger(directory, [{ ...refusalDraft('r'), action }])
  for (const args of [['show'], ['show', '0']]) {
    const { out } = ledger(...args, '--ledger', directory)
    assert.match(out, /a\\u009b2J\\u202e/)
    assert.doesNotMatch(out, /[\u0080-\u009f\u202e]/)
  }
})

test('the last checkpoint is printed as it was signed', () => {
  const { out } = ledger('checkpoint')
  assert.match(out, new RegExp(`^${SAMPLE_ORIGIN}\n\\d+\n`))
  assert.equal(json('checkpoint').checkpoint, out)
})

const MISTAKES: [args: string[], code: string][] = [
  [['fsck', '--ledger', 'missing.db', '--key', KEY], 'LEDGER_MISSING'],
  [['fsck', '--data', 'missing'], 'FILE_UNREADABLE'],
  [['fsck', '--key', 'missing.vkey'], 'FILE_UNREADABLE'],
  [['fsck', '--key', join(data, 'ledger', 'segments', '0000000000.seg')], 'FILE_UNREADABLE'],
  [['fsck', '--key', program], 'VKEY_INVALID'],
  [['fsck', '--head', 'missing.head'], 'FILE_UNREADABLE'],
  [['fsck', '--head', KEY], 'CHECKPOINT_INVALID'],
  [['fsck', '--remember', join('missing', 'head')], 'FILE_UNWRITABLE'],
  [['show', '9999'], 'LEDGER_RECEIPT_UNKNOWN'],
  [['show', 'nobody'], 'LEDGER_RECEIPT_UNKNOWN'],
  [['export', '9999'], 'LEDGER_RECEIPT_UNKNOWN'],
  [['checkpoint', '--ledger', KEY], 'LEDGER_MISSING'],
]

for (const [args, code] of MISTAKES) {
  const line = args.map((arg) => arg.replace(home, '~')).join(' ')
  test(`portcullis ledger ${line} is ${code}`, () => {
    const { exit, error } = json(...args)
    assert.deepEqual([exit, error.code], [2, code])
    assert.equal(existsSync(join(home, 'missing')), false)
  })
}

test('options that exclude each other are refused', () => {
  for (const args of [
    ['fsck', '--remember', 'a', '--head', 'b'],
    ['show', '--limit', 'many'],
  ]) {
    const { exit, err } = ledger(...args)
    assert.notEqual(exit, 0)
    assert.match(err, /error: /)
  }
})

test('every command shows an example', () => {
  for (const name of ['fsck', 'show', 'export', 'checkpoint']) {
    assert.match(
      ledger(name, '--help').out,
      new RegExp(`Example:\n {2}\\$ portcullis ledger ${name}`),
    )
  }
})
