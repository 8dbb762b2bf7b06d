import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { tamper, writeLedger, writeSampleLedger } from '../../../test/support/sample-ledger.ts'
import { SAMPLE_VKEY, sampleLog } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratch, scratchForFile } from '../../../test/support/scratch.ts'
import { verifyPortableReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { TILE_WIDTH } from '../../kernel/tlog/tiled-tree.ts'
import { type LedgerReader, type ReceiptQuery, readLedger } from './read-ledger.ts'

const COUNT = 3 * TILE_WIDTH
const file = join(scratchForFile(), 'ledger.db')
writeSampleLedger(file, COUNT, 200)

function reading(t: TestContext, path = file): LedgerReader {
  const reader = readLedger(path)
  t.after(() => reader.close())
  return reader
}

test('a receipt is found by its id and by its place', (t) => {
  const reader = reading(t)
  assert.equal(reader.receipt('e32').seq, 32)
  assert.deepEqual(reader.receipt(32), reader.receipt('e32'))
  for (const which of ['x', '32', COUNT + 1, -1]) {
    assert.throws(() => reader.receipt(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
    assert.throws(() => reader.proof(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
  }
})

const QUERIES: [query: ReceiptQuery, places: number[]][] = [
  [{ limit: 3 }, [0, 1, 2]],
  [{ limit: 3, from: 500 }, [500, 501, 502]],
  [{ limit: 3, newestFirst: true }, [COUNT, COUNT - 1, COUNT - 2]],
  [{ limit: 3, from: 9, newestFirst: true }, [9, 8, 7]],
  [{ limit: 3, from: COUNT }, [COUNT]],
  [{ limit: 0 }, []],
  [{ limit: 2, filter: { run: 'run-2' } }, [2, 5]],
  [{ limit: 2, filter: { effect: 'confirmed' } }, [2, 7]],
  [{ limit: 2, filter: { agent: 'sales', run: 'run-1' }, newestFirst: true }, [COUNT, 760]],
  [{ filter: { agent: 'nobody' } }, []],
]

for (const [query, places] of QUERIES) {
  test(`${JSON.stringify(query)} gives ${JSON.stringify(places)}`, (t) => {
    const found = [...reading(t).receipts(query)].map(({ seq }) => seq)
    assert.deepEqual(found, places)
  })
}

test('a query without a limit gives a hundred', (t) => {
  assert.equal([...reading(t).receipts({})].length, 100)
})

test('every receipt is exported so that it verifies with the public key alone', (t) => {
  const reader = reading(t)
  for (let seq = 0; seq <= COUNT; seq += 1) {
    const { receipt, checkpoint } = verifyPortableReceipt(reader.proof(seq), SAMPLE_VKEY)
    assert.deepEqual([receipt.seq, checkpoint.size], [seq, COUNT + 1])
  }
})

test('proofs are right whatever the size of the tree', async (t) => {
  const directory = await scratch(t)
  for (const size of [1, 2, 255, 256, 257, 511, 512, 513]) {
    const path = join(directory, `${size}.db`)
    const { leaves } = sampleLog(Array.from({ length: size }, (_, i) => refusalDraft(`r${i}`)))
    writeLedger(path, leaves, size)
    const reader = reading(t, path)
    for (const seq of [0, 1, size - 2, size - 1].filter((seq) => seq >= 0 && seq < size)) {
      assert.equal(verifyPortableReceipt(reader.proof(seq), SAMPLE_VKEY).receipt.seq, seq)
    }
  }
})

const DAMAGE: Record<string, string> = {
  'its bytes altered':
    "UPDATE leaf SET bytes = CAST(replace(bytes, 'mcp', 'mcq') AS BLOB) WHERE seq = 7",
  'a hash missing': 'DELETE FROM tile WHERE place = 1',
  'a hash altered': 'UPDATE tile SET root = zeroblob(32) WHERE place = 1',
  'no text in it': "UPDATE leaf SET bytes = x'ff' WHERE seq = 7",
}

for (const [name, sql] of Object.entries(DAMAGE)) {
  test(`a receipt with ${name} is not exported`, async (t) => {
    const copy = join(await scratch(t), 'ledger.db')
    copyFileSync(file, copy)
    tamper(copy, sql)
    const reader = reading(t, copy)
    assert.throws(() => reader.proof(7), { name: 'PortcullisError' })
  })
}
