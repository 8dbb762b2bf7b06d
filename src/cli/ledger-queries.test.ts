import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { sampleDrafts } from '../../test/support/sample-ledger.ts'
import { SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import {
  decisionDraft,
  effectDraft,
  refusalDraft,
  sampleEvent,
} from '../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../test/support/scratch.ts'
import { openSampleSegments, writeSampleSegments } from '../../test/support/written-segments.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'

const COUNT = 40
const home = scratchForFile()
const data = join(home, '.portcullis')
const directory = join(data, 'ledger')
mkdirSync(join(data, 'keys'), { recursive: true })
writeFileSync(join(data, 'keys', 'ledger.vkey'), `${SAMPLE_VKEY}\n`)
await writeSampleSegments(directory, sampleDrafts(COUNT), { atOnce: 7 })

const program = join(home, 'ledger.mjs')
writeFileSync(
  program,
  `import { ledgerCommand } from ${JSON.stringify(new URL('./ledger.ts', import.meta.url))}
   await ledgerCommand().parseAsync(process.argv.slice(2), { from: 'user' })`,
)

function ledger(...args: string[]) {
  const run = spawnSync(process.execPath, [program, ...args], { cwd: home, encoding: 'utf8' })
  return { exit: run.status, out: run.stdout, err: run.stderr }
}

function places(...args: string[]): number[] {
  const { receipts } = JSON.parse(ledger('show', '--json', ...args).out)
  return receipts.map(({ seq }: Receipt) => seq)
}

const QUERIES: [args: string[], places: number[]][] = [
  [
    ['--limit', '2'],
    [COUNT - 1, COUNT],
  ],
  [
    ['--limit', '2', '--oldest'],
    [0, 1],
  ],
  [
    ['--from', '7', '--limit', '2'],
    [7, 8],
  ],
  [
    ['--operation', 'slack.*', '--kind', 'effect', '--limit', '2'],
    [32, 37],
  ],
  [['--rule', 'policies/sales.policy:3', '--limit', '1'], [COUNT]],
  [['--code', 'IDENTITY_MISSING', '--oldest', '--limit', '1'], [1]],
  [['--decision', 'deny'], []],
  [['--since', '1h', '--agent', 'sales'], []],
]

for (const [args, expected] of QUERIES) {
  test(`ledger show ${args.join(' ')}`, () => assert.deepEqual(places(...args), expected))
}

test('receipts are followed as they become durable, none lost and none twice', async (t) => {
  const place = join(scratchForFile(), 'ledger')
  const open = await openSampleSegments(place)
  t.after(() => open.close())
  await open.append(refusalDraft('r0'))
  const args = ['show', '--follow', '--json', '--from', '0', '--ledger', place]
  const follower = spawn(process.execPath, [program, ...args])
  const seen: number[] = []
  const lines = createInterface(follower.stdout)[Symbol.asyncIterator]()
  const next = async () => seen.push(JSON.parse((await lines.next()).value ?? '{}').seq)
  await next()
  // Some at once, some one after the other, while it reads and while it waits.
  const burst = Array.from({ length: 300 }, (_, at) => open.append(refusalDraft(`b${at}`)))
  await Promise.all(burst)
  while (seen.length < 301) await next()
  for (let at = 0; at < 20; at += 1) {
    await open.append(refusalDraft(`s${at}`))
    await next()
  }
  follower.kill('SIGINT')
  assert.deepEqual((await once(follower, 'exit'))[0], 0)
  assert.deepEqual(
    seen,
    Array.from({ length: 321 }, (_, seq) => seq),
  )
})

test('a timeline follows a run to the others that belong to it', async () => {
  const place = join(scratchForFile(), 'ledger')
  const approval = { request: 'a1', binding: 'b', names: ['lead'], by: ['ana'], expires: 1 }
  const asked = { ...decisionDraft('held', 'first'), approval, effect: { state: 'held' } } as const
  const done = { ...decisionDraft('done', 'second'), approval }
  await writeSampleSegments(
    place,
    [
      refusalDraft('before', 'other'),
      asked,
      done,
      { ...effectDraft('out', 'done', 'second'), ts: 1_790_000_000_250 },
      { ...refusalDraft('late', 'second'), ts: 1_790_000_180_000 },
      sampleEvent('alert', { name: 'refusals.repeated', detail: 'ten of them' }),
    ],
    { atOnce: 2 },
  )
  const args = ['timeline', 'first', '--ledger', place]
  const { runs, steps } = JSON.parse(ledger(...args, '--json').out)
  assert.deepEqual(runs, ['first', 'second'])
  assert.deepEqual(
    steps.map(({ receipt }: { receipt: Receipt }) => receipt.id),
    ['held', 'done', 'late'],
  )
  const { out } = ledger(...args, '--around', '5m')
  assert.match(out, /run first: 3 steps/)
  assert.match(out, /1 denied \(✗\), 0 failed or unknown \(!\), 0 without outcome \(\?\)/)
  assert.match(out, /allow_with_conditions → confirmed after 250 ms/)
  assert.match(out, /redacted result\.content\.0\.text \(email\); approval a1 ana/)
  assert.match(out, /… 3 min without a receipt\n✗/)
  assert.match(out, /·.*refusals\.repeated/)
  assert.match(out, /policies\/sales\.policy:3/)
  assert.equal(ledger('timeline', 'none', '--ledger', place).exit, 2)
})

test('receipts are found by the labels that they gave, or were denied by', async () => {
  const place = join(scratchForFile(), 'ledger')
  const read = { ...decisionDraft('read', 'first'), labels: ['private'] }
  const taints = [{ label: 'private', receipt: 'read' }]
  const denied = { ...refusalDraft('denied', 'first'), taints }
  await writeSampleSegments(place, [read, denied, decisionDraft('other', 'first')], { atOnce: 2 })
  const { receipts } = JSON.parse(
    ledger('show', '--label', 'private', '--ledger', place, '--json').out,
  )
  assert.deepEqual(
    receipts.map(({ id }: Receipt) => id),
    ['read', 'denied'],
  )
  const { out } = ledger('timeline', 'first', '--ledger', place)
  assert.match(out, /gave private/)
  assert.match(out, /after private by read/)
})

test('tiles are exported once, and then only what is new', async () => {
  const place = join(scratchForFile(), 'ledger')
  const target = join(home, 'tiles')
  await writeSampleSegments(place, sampleDrafts(300), { atOnce: 100 })
  const args = ['export-tiles', target, '--tenant', 'default', '--ledger', place]
  const first = JSON.parse(ledger(...args, '--json').out)
  assert.deepEqual([first.size, first.kept], [301, 0])
  const full = join(target, 'tile', '0', '000')
  const before = statSync(full)
  await writeSampleSegments(place, [refusalDraft('more')], { atOnce: 1 })
  const second = JSON.parse(ledger(...args, '--json').out)
  // What was under way when the ledger closed has an outcome now.
  assert.ok(second.size > first.size)
  assert.equal(second.kept, 2)
  const after = statSync(full)
  assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs])
  assert.match(
    readFileSync(join(target, 'checkpoint'), 'utf8'),
    new RegExp(`/l/[0-9a-f]{16}\n${second.size}\n`),
  )
  assert.ok(readdirSync(join(target, 'tile', 'entries')).includes('001.p'))
  // The node log is another log.
  const other = ledger('export-tiles', target, '--ledger', place)
  assert.equal(other.exit, 2)
  assert.match(other.err, /LEDGER_EXPORT_CONFLICT/)
})

test('an index is made anew, and without one queries are the same', () => {
  const before = places('--run', 'run-1')
  rmSync(join(directory, 'index.db'), { force: true })
  assert.deepEqual(places('--run', 'run-1'), before)
  const { indexed } = JSON.parse(ledger('reindex', '--json').out)
  assert.ok(indexed > COUNT, `${indexed}`)
  assert.equal(ledger('reindex', '--ledger', join(home, 'none')).exit, 2)
})
