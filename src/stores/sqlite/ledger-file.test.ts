import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import { openForReading, openForWriting } from './ledger-database.ts'
import { LedgerFile, type NewLeaf } from './ledger-file.ts'

const leaf = (id: string): NewLeaf => ({ id, run: 'r', text: `{"id":"${id}"}`, opens: false })
const sizeOf = (note: string) => openCheckpoint(note, parseVerifierKey(SAMPLE_VKEY)).size

test('a commit waits for the disk: the log is synced, each time', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  LedgerFile.open(file, SAMPLE_SIGNER).close()
  const db = openForWriting(file, () => assert.fail('it is not new'))
  t.after(() => db.close())
  const FULL = 2
  assert.equal(db.prepare('PRAGMA synchronous').get()?.synchronous, FULL)
  assert.equal(db.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
})

test('what is not committed is not there, and nothing is committed after it', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  const ledger = LedgerFile.open(file, SAMPLE_SIGNER)
  t.after(() => ledger.close())
  ledger.commit([leaf('a'), leaf('b')])
  const unwritable = { ...leaf('d'), run: Symbol('no text') as unknown as string }
  assert.throws(() => ledger.commit([leaf('c'), unwritable]))
  assert.throws(() => ledger.commit([leaf('e')]), { code: 'LEDGER_UNAVAILABLE' })
  assert.equal(sizeOf(ledger.checkpoint()), 2)
  const db = openForReading(file)
  t.after(() => db.close())
  assert.equal(db.prepare('SELECT count(*) AS leaves FROM leaf').get()?.leaves, 2)
})

test('a closed ledger leaves one file and its lock, and can be opened again', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  const first = LedgerFile.open(file, SAMPLE_SIGNER)
  assert.equal(sizeOf(first.commit([leaf('a')])), 1)
  assert.throws(() => LedgerFile.open(file, SAMPLE_SIGNER), { code: 'LEDGER_LOCKED' })
  first.close()
  assert.deepEqual(readdirSync(dirname(file)).sort(), ['ledger.db', 'ledger.db.lock'])
  const second = LedgerFile.open(file, SAMPLE_SIGNER)
  assert.equal(sizeOf(second.commit([leaf('b')])), 2)
  second.close()
})

test('a ledger grows over full tiles of two levels, opened again and again', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  for (const count of [65_000, 536, 1, 300]) {
    const ledger = LedgerFile.open(file, SAMPLE_SIGNER)
    ledger.commit(Array.from({ length: count }, (_, i) => leaf(`${count}-${i}`)))
    ledger.close()
  }
  const db = openForReading(file)
  t.after(() => db.close())
  const tiles = db.prepare('SELECT level, count(*) AS tiles FROM tile GROUP BY level').all()
  assert.deepEqual(
    tiles.map(({ level, tiles }) => [level, tiles]),
    [
      [0, 257],
      [1, 1],
    ],
  )
})
