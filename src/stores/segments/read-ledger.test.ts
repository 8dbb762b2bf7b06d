import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeLedger, writeSampleLedger } from '../../../test/support/sample-ledger.ts'
import { SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratch, scratchForFile } from '../../../test/support/scratch.ts'
import { copyWithFrames, isReceipt } from '../../../test/support/segments.ts'
import { verifyPortableReceipt } from '../../kernel/receipt/verify-receipt.ts'
import { TILE_WIDTH } from '../../kernel/tlog/tiled-tree.ts'
import { type ReceiptQuery, readLedger } from './read-ledger.ts'

const COUNT = 3 * TILE_WIDTH
const directory = join(scratchForFile(), 'ledger')
await writeSampleLedger(directory, COUNT, 200)
const log = readLedger(directory).of()

test('a receipt is found by its id and by its place', () => {
  assert.equal(log.receipt('e32').seq, 32)
  assert.deepEqual(log.receipt(32), log.receipt('e32'))
  for (const which of ['x', '32', COUNT + 1, -1]) {
    assert.throws(() => log.receipt(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
    assert.throws(() => log.proof(which), { code: 'LEDGER_RECEIPT_UNKNOWN' })
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
  test(`${JSON.stringify(query)} gives ${JSON.stringify(places)}`, () => {
    const found = [...log.receipts(query)].map(({ seq }) => seq)
    assert.deepEqual(found, places)
  })
}

test('a query without a limit gives a hundred', () => {
  assert.equal([...log.receipts({})].length, 100)
})

test('every receipt is exported so that it verifies with the public key alone', () => {
  for (let seq = 0; seq <= COUNT; seq += 1) {
    const { receipt, checkpoint } = verifyPortableReceipt(log.proof(seq), SAMPLE_VKEY)
    assert.deepEqual([receipt.seq, checkpoint.size], [seq, COUNT + 1])
  }
})

test('proofs are right whatever the size of the tree', async (t) => {
  const parent = await scratch(t)
  for (const size of [1, 2, 255, 256, 257]) {
    const path = join(parent, String(size))
    const drafts = Array.from({ length: size }, (_, i) => refusalDraft(`r${i}`))
    await writeLedger(path, drafts, size)
    const small = readLedger(path).of()
    for (const seq of [0, 1, size - 2, size - 1].filter((seq) => seq >= 0 && seq < size)) {
      assert.equal(verifyPortableReceipt(small.proof(seq), SAMPLE_VKEY).receipt.seq, seq)
    }
  }
})

test('a receipt whose bytes were altered is not exported', async (t) => {
  const copy = copyWithFrames(directory, join(await scratch(t), 'ledger'), (frames) =>
    frames.map((frame) => {
      if (!isReceipt(frame, 7)) return frame
      return { ...frame, body: Buffer.from(frame.body.toString().replace('mcp', 'mcq')) }
    }),
  )
  assert.throws(() => readLedger(copy).of().proof(7), { code: 'LEDGER_CORRUPT' })
})
