import assert from 'node:assert/strict'
import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { sampleDrafts } from '../../../test/support/sample-ledger.ts'
import { SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratch, scratchForFile } from '../../../test/support/scratch.ts'
import { writeSampleSegments } from '../../../test/support/written-segments.ts'
import { parsePortable } from '../../kernel/receipt/portable.ts'
import type { ReceiptFilter } from '../../kernel/receipt/receipt-filter.ts'
import { matches } from '../../kernel/receipt/receipt-filter.ts'
import { openCheckpoint, parseCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { logVerifierKey, parseVerifierKey } from '../../kernel/tlog/note.ts'
import { verifyInclusion } from '../../kernel/tlog/proof.ts'
import { TILE_WIDTH } from '../../kernel/tlog/tiled-tree.ts'
import { parseTlogProof } from '../../kernel/tlog/tlog-proof.ts'
import { indexFile } from './index-database.ts'
import { type LedgerReader, type ReceiptQuery, readLedger } from './read-ledger.ts'

const COUNT = 3 * TILE_WIDTH
const KEY = parseVerifierKey(SAMPLE_VKEY)
const ledger = join(scratchForFile(), 'ledger')
await writeSampleSegments(ledger, sampleDrafts(COUNT), { atOnce: 200 })
/** The same ledger, a few groups of it behind the end of its index. */
const behind = join(scratchForFile(), 'ledger')
await writeSampleSegments(behind, sampleDrafts(COUNT).slice(0, COUNT - 300), { atOnce: 200 })
readLedger(behind).close()
await writeSampleSegments(behind, sampleDrafts(COUNT).slice(COUNT - 300), { atOnce: 50 })

function reading(t: TestContext, directory = ledger): LedgerReader {
  const reader = readLedger(directory)
  t.after(() => reader.close())
  return reader
}

const LEDGERS = { 'from the index': ledger, 'from the index and what is behind it': behind }

for (const [how, directory] of Object.entries(LEDGERS)) {
  test(`a receipt is found by its id and by its place, ${how}`, (t) => {
    const log = reading(t, directory).of()
    assert.equal(log.size, COUNT + 1)
    assert.equal(log.receipt('e32').seq, 32)
    assert.deepEqual(log.receipt(32), log.receipt('e32'))
    assert.equal(log.receipt('last').seq, COUNT)
    for (const which of ['x', '32', COUNT + 1, -1, 0.5]) {
      assert.throws(() => log.receipt(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
      assert.throws(() => log.proof(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
    }
  })

  test(`every receipt is exported so that it verifies with the node's key, ${how}`, (t) => {
    const log = reading(t, directory).of()
    for (let seq = 0; seq <= COUNT; seq += 1) verifyPortable(log.proof(seq), seq)
  })
}

/** As `docs/spec/receipts.md` has it: the leaf in its log, the head of that log in the node's. */
function verifyPortable(file: string, seq: number): void {
  const { receipt, proof, head = '' } = parsePortable(file)
  const own = parseTlogProof(proof)
  const origin = String(JSON.parse(receipt).log)
  const checkpoint = openCheckpoint(own.checkpoint, logVerifierKey(KEY, origin))
  const leaf = { hash: leafHash(Buffer.from(receipt)), index: seq }
  assert.equal(own.index, seq)
  assert.ok(verifyInclusion(leaf, checkpoint, own.path))
  const node = parseTlogProof(head)
  const text = own.checkpoint.slice(0, own.checkpoint.indexOf('\n\n') + 1)
  assert.equal(parseCheckpoint(text).origin, origin)
  const placed = { hash: leafHash(Buffer.from(text)), index: node.index }
  assert.ok(verifyInclusion(placed, openCheckpoint(node.checkpoint, KEY), node.path))
}

const QUERIES: [query: ReceiptQuery, places: number[]][] = [
  [{ limit: 3 }, [0, 1, 2]],
  [{ limit: 3, from: 500 }, [500, 501, 502]],
  [{ limit: 3, newestFirst: true }, [COUNT, COUNT - 1, COUNT - 2]],
  [{ limit: 3, from: 9, newestFirst: true }, [9, 8, 7]],
  [{ limit: 3, from: COUNT }, [COUNT]],
  [{ limit: 3, from: COUNT + 1 }, []],
  [{ limit: 0 }, []],
  [{ limit: 2, filter: { run: 'run-2' } }, [2, 5]],
  [{ limit: 2, filter: { effect: 'confirmed' } }, [2, 7]],
  [{ limit: 2, filter: { operation: 'slack.*', effect: 'confirmed' } }, [2, 7]],
  [{ limit: 1, filter: { rule: 'policies/sales.policy:3' }, newestFirst: true }, [COUNT]],
  [{ limit: 2, filter: { agent: 'sales', run: 'run-1' }, newestFirst: true }, [COUNT, 760]],
  [{ filter: { agent: 'nobody' } }, []],
  [{ filter: { agent: 'nobody-*' } }, []],
]

for (const [query, places] of QUERIES) {
  test(`${JSON.stringify(query)} gives ${JSON.stringify(places)}`, (t) => {
    for (const directory of [ledger, behind]) {
      const found = [...reading(t, directory).of().receipts(query)].map(({ seq }) => seq)
      assert.deepEqual(found, places)
    }
  })
}

test('a query without a limit gives a hundred', (t) => {
  assert.equal([...reading(t).of().receipts({})].length, 100)
})

test('a time is found also where the clock went back', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const times = [10, 20, 30, 25, 22, 31, 40, 39, 60, 12, 70]
  const drafts = times.map((ts, i) => ({ ...refusalDraft(`r${i}`), ts }))
  await writeSampleSegments(directory, drafts, { atOnce: 3 })
  const log = reading(t, directory).of()
  const all = [...log.receipts({})]
  for (const since of [undefined, 0, 10, 21, 26, 40, 61, 71]) {
    for (const until of [undefined, 9, 10, 22, 30, 39, 70]) {
      const filter: ReceiptFilter = {
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      }
      const wanted = all.filter((receipt) => matches(receipt, filter))
      assert.deepEqual([...log.receipts({ filter })], wanted, JSON.stringify(filter))
    }
  }
})

test('each tenant has receipts of its own', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const drafts = [decisionDraft('a'), refusalDraft('b')]
  await writeSampleSegments(directory, drafts, { atOnce: 1, tenants: ['default', 'acme'] })
  const reader = reading(t, directory)
  assert.equal(reader.of().receipt('a').seq, 0)
  assert.equal(reader.of('acme').receipt('b').seq, 0)
  assert.throws(() => reader.of().receipt('b'), { code: 'LEDGER_RECEIPT_UNKNOWN' })
  assert.throws(() => reader.of('other'), { code: 'LEDGER_RECEIPT_UNKNOWN' })
  assert.deepEqual(
    reader.logs().map(({ size }) => size),
    [1, 1],
  )
  for (const log of reader.logs()) verifyPortable(log.proof(0), 0)
})

test('the last leaf of a run is found wherever it is', (t) => {
  for (const directory of [ledger, behind]) {
    const reader = reading(t, directory)
    const log = reader.of()
    for (const run of ['run-0', 'run-1', 'run-2']) {
      const [last] = log.receipts({ newestFirst: true, limit: 1, filter: { run } })
      const hash = leafHash(log.leaf(last?.seq ?? -1) ?? Buffer.alloc(0))
      assert.equal(reader.lastOfRun(log.number, run), Buffer.from(hash).toString('base64'))
    }
    assert.equal(reader.lastOfRun(log.number, 'none'), undefined)
  }
})

function copied(directory: string, from = ledger): string {
  cpSync(from, directory, { recursive: true })
  return directory
}

test('an index that is gone, or no index, is made again', async (t) => {
  const directory = copied(join(await scratch(t), 'ledger'))
  rmSync(indexFile(directory), { force: true })
  assert.equal(reading(t, directory).of().size, COUNT + 1)
  assert.ok(existsSync(indexFile(directory)))
  for (const bytes of [Buffer.alloc(10_000, 7), Buffer.alloc(0), Buffer.from('SQLite format 3')]) {
    for (const end of ['-wal', '-shm']) rmSync(`${indexFile(directory)}${end}`, { force: true })
    writeFileSync(indexFile(directory), bytes)
    const reader = readLedger(directory)
    assert.equal(reader.of().receipt('last').seq, COUNT)
    reader.close()
  }
})

const DAMAGE: Record<string, string> = {
  'the place of another':
    'UPDATE leaf SET at = (SELECT at FROM leaf WHERE (log, seq) = (1, 8)) WHERE seq = 7',
  'a place where nothing is': 'UPDATE leaf SET at = 7 WHERE log = 1 AND seq = 7',
  'another hash': 'UPDATE leaf SET hash = zeroblob(32) WHERE log = 1 AND seq = 7',
  'the id of another': "UPDATE named SET seq = 8 WHERE id = 'e7'",
  'no place': 'DELETE FROM leaf WHERE log = 1 AND seq = 7',
  'altered hashes above it': 'UPDATE tile SET root = zeroblob(32) WHERE log = 1 AND place = 1',
}

for (const [what, sql] of Object.entries(DAMAGE)) {
  test(`an index that has ${what} for a receipt is found out`, async (t) => {
    const directory = copied(join(await scratch(t), 'ledger'))
    readLedger(directory).close()
    const db = new DatabaseSync(indexFile(directory))
    db.exec(sql)
    db.close()
    const log = reading(t, directory).of()
    const id = 'e7'
    assert.throws(
      () => [log.proof(7), log.proof(id)],
      (error: Error & { code: string }) =>
        ['LEDGER_INDEX_INVALID', 'LEDGER_CORRUPT'].includes(error.code),
    )
  })
}

test('the index of another ledger is not taken for this one’s', async (t) => {
  const directory = copied(join(await scratch(t), 'ledger'))
  const other = join(await scratch(t), 'ledger')
  await writeSampleSegments(other, sampleDrafts(COUNT), { atOnce: 100 })
  readLedger(other).close()
  copyFileSync(indexFile(other), indexFile(directory))
  assert.throws(() => readLedger(directory), { code: 'LEDGER_INDEX_INVALID' })
})

test('without a ledger there is nothing to read', async (t) => {
  const directory = await scratch(t)
  assert.throws(() => readLedger(directory), { code: 'LEDGER_MISSING' })
})
