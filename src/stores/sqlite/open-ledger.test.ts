import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { verifyPortableReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import { type LedgerOptions, openLedger } from './open-ledger.ts'
import { readLedger } from './read-ledger.ts'
import { verifyLedger } from './verify-ledger.ts'

const KEY = parseVerifierKey(SAMPLE_VKEY)

async function ledgerFile(t: TestContext): Promise<string> {
  return join(await scratch(t), 'ledger.db')
}

async function open(t: TestContext, file: string, options: Partial<LedgerOptions> = {}) {
  const ledger = await openLedger({ file, signer: SAMPLE_SIGNER, log: eventLog(), ...options })
  t.after(() => ledger.close())
  return ledger
}

function all(file: string): Receipt[] {
  const reader = readLedger(file)
  try {
    return [...reader.receipts({ limit: 100_000 })]
  } finally {
    reader.close()
  }
}

test('a new ledger is empty, signed and its owner’s alone', async (t) => {
  const file = await ledgerFile(t)
  const ledger = await open(t, file)
  assert.equal(ledger.origin, SAMPLE_ORIGIN)
  assert.equal(ledger.vkey, SAMPLE_VKEY)
  assert.equal(openCheckpoint(ledger.checkpoint(), KEY).size, 0)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await ledger.close()
  assert.deepEqual(verifyLedger(file, SAMPLE_VKEY).problems, [])
})

test('an appended receipt is in the file under a signed checkpoint', async (t) => {
  const file = await ledgerFile(t)
  const ledger = await open(t, file)
  const heard: Receipt[] = []
  ledger.subscribe((receipt) => heard.push(receipt))
  assert.deepEqual(await ledger.append(decisionDraft('d')), { id: 'd', seq: 0 })
  assert.deepEqual(await ledger.append(effectDraft('e', 'd')), { id: 'e', seq: 1 })
  const reader = readLedger(file)
  t.after(() => reader.close())
  assert.equal(reader.checkpoint(), ledger.checkpoint())
  const proved = verifyPortableReceipt(reader.proof('d'), ledger.vkey)
  assert.deepEqual(proved.receipt, heard[0])
  assert.equal(proved.checkpoint.size, 2)
})

test('a thousand parallel appends have dense places in the order they were made', async (t) => {
  const file = await ledgerFile(t)
  const ledger = await open(t, file)
  const drafts = Array.from({ length: 1_000 }, (_, i) => refusalDraft(`r${i}`, `run-${i % 7}`))
  const places = await Promise.all(drafts.map((draft) => ledger.append(draft)))
  await ledger.close()
  assert.deepEqual(
    places,
    drafts.map(({ id }, seq) => ({ id, seq })),
  )
  const report = verifyLedger(file, SAMPLE_VKEY)
  assert.deepEqual(report.problems, [])
  assert.equal(report.size, 1_000)
})

test('a ledger opened again goes on: tree, places and links', async (t) => {
  const file = await ledgerFile(t)
  for (let round = 0; round < 4; round += 1) {
    const ledger = await open(t, file)
    const drafts = Array.from({ length: 130 }, (_, i) => refusalDraft(`${round}-${i}`, `run-${i}`))
    await Promise.all(drafts.map((draft) => ledger.append(draft)))
    await ledger.close()
  }
  const report = verifyLedger(file, SAMPLE_VKEY)
  assert.deepEqual([report.ok, report.size, report.problems], [true, 520, []])
  assert.equal(all(file).filter(({ prev }) => prev === undefined).length, 130)
})

test('an action that a crash interrupted reads unknown, and is said once', async (t) => {
  const file = await ledgerFile(t)
  const before = await open(t, file)
  await before.append(decisionDraft('done', 'run-a'))
  await before.append(effectDraft('done-effect', 'done', 'run-a'))
  await before.append(decisionDraft('cut', 'run-b'))
  await before.append(decisionDraft('cut too', 'run-a'))
  await before.close()
  const after = await open(t, file, { clock: { now: () => 1_800_000_000_000 } })
  await after.close()
  await (await open(t, file)).close()
  const [first, second, last, ...more] = all(file).slice(4)
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
  assert.deepEqual(verifyLedger(file, SAMPLE_VKEY).problems, [])
})

test('a ledger that was closed is one file: nothing is left in the write-ahead log', async (t) => {
  const file = await ledgerFile(t)
  const ledger = await openLedger({ file, signer: SAMPLE_SIGNER, log: eventLog() })
  await ledger.append(refusalDraft('r1'))
  await ledger.close()
  assert.equal(existsSync(`${file}-wal`), false)
  assert.equal(all(file).length, 1)
})

test('a second writer is refused while the first is open', async (t) => {
  const file = await ledgerFile(t)
  const first = await open(t, file)
  await assert.rejects(open(t, file), { code: 'LEDGER_LOCKED' })
  await first.append(refusalDraft('a'))
  await first.close()
  const second = await open(t, file)
  assert.deepEqual(await second.append(refusalDraft('b')), { id: 'b', seq: 1 })
  await second.close()
})

test('a ledger signed by another key is not gone on with', async (t) => {
  const file = await ledgerFile(t)
  await (await open(t, file)).close()
  const { privateKey: key } = generateKeyPairSync('ed25519')
  for (const signer of [
    { name: SAMPLE_ORIGIN, key },
    { ...SAMPLE_SIGNER, name: 'other.example/log' },
  ]) {
    await assert.rejects(open(t, file, { signer }), { code: 'LEDGER_KEY_MISMATCH' })
  }
})

const DAMAGE: Record<string, string> = {
  'its last receipt gone': 'DELETE FROM leaf WHERE seq = 299',
  'a receipt beyond the last checkpoint':
    'INSERT INTO leaf SELECT 300, id, run, hash, bytes FROM leaf WHERE seq = 1',
  'its last checkpoint gone': 'DELETE FROM checkpoint WHERE size = 300',
  'no checkpoint': 'DELETE FROM checkpoint',
  'a checkpoint moved': 'UPDATE checkpoint SET size = 301 WHERE size = 300',
  'a checkpoint cut short': `UPDATE checkpoint SET note = substr(note, 1, 90) WHERE size = 300`,
  'a late receipt altered':
    "UPDATE leaf SET bytes = CAST(replace(bytes, 'mcp', 'mcq') AS BLOB) WHERE seq = 280",
  'a late hash altered': 'UPDATE leaf SET hash = zeroblob(32) WHERE seq = 280',
  'a hash cut short': "UPDATE leaf SET hash = x'00' WHERE seq = 280",
  'the root of a tile altered': 'UPDATE tile SET root = zeroblob(32)',
  'a tile gone': 'DELETE FROM tile',
  'an open action without its decision': "INSERT INTO open_action VALUES ('x', 1000)",
  'an open action of another schema': "INSERT INTO open_action VALUES ('x', 1)",
  'a schema of another version': 'PRAGMA user_version = 2',
  'the mark of another program': 'PRAGMA application_id = 1',
}

for (const [name, sql] of Object.entries(DAMAGE)) {
  test(`a ledger with ${name} is not gone on with`, async (t) => {
    const file = await ledgerFile(t)
    const ledger = await open(t, file)
    const drafts = Array.from({ length: 300 }, (_, i) => refusalDraft(`r${i}`))
    await Promise.all(drafts.map((draft) => ledger.append(draft)))
    await ledger.close()
    const db = new DatabaseSync(file)
    db.exec(sql)
    if (name === 'an open action of another schema') {
      db.exec("UPDATE leaf SET bytes = x'7b7d' WHERE seq = 1")
    }
    db.close()
    await assert.rejects(open(t, file), { code: 'LEDGER_CORRUPT' })
    await assert.rejects(open(t, file), { code: 'LEDGER_CORRUPT' }, 'the lock was released')
  })
}

test('a file that is no database is not written to', async (t) => {
  const file = await ledgerFile(t)
  writeFileSync(file, 'not a database, and long enough to be looked at as one '.repeat(40))
  const before = readFileSync(file)
  await assert.rejects(open(t, file), { code: 'LEDGER_CORRUPT' })
  assert.deepEqual(readFileSync(file), before)
})

test('a ledger in a place that cannot be written is unavailable', async (t) => {
  const directory = await scratch(t)
  await assert.rejects(open(t, join(directory, 'missing', 'ledger.db')), {
    code: 'LEDGER_UNAVAILABLE',
  })
})

test('a write that fails seals the ledger until it is opened again', async (t) => {
  const file = await ledgerFile(t)
  const log = eventLog()
  let sealed = 0
  const ledger = await open(t, file, { log, onSealed: () => (sealed += 1) })
  await ledger.append(refusalDraft('a'))
  // Another program takes the next place: the commit collides with it.
  const db = new DatabaseSync(file)
  db.exec('INSERT INTO leaf SELECT 1, id, run, hash, bytes FROM leaf WHERE seq = 0')
  const refused = [ledger.append(refusalDraft('b')), ledger.append(refusalDraft('c'))]
  for (const append of refused) await assert.rejects(append, { code: 'LEDGER_UNAVAILABLE' })
  db.exec('DELETE FROM leaf WHERE seq = 1')
  db.close()
  await assert.rejects(ledger.append(refusalDraft('d')), { code: 'LEDGER_UNAVAILABLE' })
  assert.deepEqual([sealed, log.events], [1, ['ledger.sealed']])
  await ledger.close()
  const again = await open(t, file)
  assert.deepEqual(await again.append(refusalDraft('e')), { id: 'e', seq: 1 })
  await again.close()
  assert.deepEqual(verifyLedger(file, SAMPLE_VKEY).problems, [])
})
