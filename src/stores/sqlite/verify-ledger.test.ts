import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  bytesAt,
  flipped,
  tamper,
  writeLedger,
  writeSampleLedger,
} from '../../../test/support/sample-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, sampleLog, vkeyOf } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratch, scratchForFile } from '../../../test/support/scratch.ts'
import type { LedgerReport } from '../../kernel/receipt/ledger-report.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { verifyLedger } from './verify-ledger.ts'

const SMALL = 30
const LARGE = 600
const directory = scratchForFile()
const small = join(directory, 'small.db')
const large = join(directory, 'large.db')
const smallLeaves = writeSampleLedger(small, SMALL)
writeSampleLedger(large, LARGE, 90)
const smallHead = headOf(small)
const largeHead = headOf(large)

function headOf(file: string): string {
  return verifyLedger(file, SAMPLE_VKEY).head ?? assert.fail('no head')
}

/** A copy of a ledger, to tamper with. */
async function copyOf(t: TestContext, file: string): Promise<string> {
  const copy = join(await scratch(t), 'ledger.db')
  copyFileSync(file, copy)
  return copy
}

/** Codes and places of the problems. */
function found(report: LedgerReport): string[] {
  return report.problems.map(({ code, seq }) => (seq === undefined ? code : `${code} ${seq}`))
}

const verify = (file: string, remembered?: string) =>
  found(verifyLedger(file, SAMPLE_VKEY, { remembered }))

const LEAF = 'SELECT bytes FROM leaf WHERE seq = ?'
const SET_LEAF = 'UPDATE leaf SET bytes = ? WHERE seq = ?'
const HASH = 'SELECT hash FROM leaf WHERE seq = ?'
const SET_HASH = 'UPDATE leaf SET hash = ? WHERE seq = ?'
const MOVE = 'UPDATE leaf SET seq = ? WHERE seq = ?'

test('a ledger as it was written has no problem', () => {
  const report = verifyLedger(large, SAMPLE_VKEY, { remembered: largeHead })
  assert.deepEqual([report.ok, report.problems, report.size], [true, [], LARGE + 1])
  assert.equal(report.head, largeHead)
  assert.equal(largeHead.split('\n')[2], report.root)
  assert.deepEqual(verify(small, smallHead), [])
})

test('one bit changed in any receipt is found, and which receipt it is', async (t) => {
  const file = await copyOf(t, small)
  for (let seq = 0; seq <= SMALL; seq += 1) {
    const leaf = bytesAt(file, LEAF, seq)
    for (const bit of [3, 8 * leaf.length - 2, 700 + 37 * seq]) {
      tamper(file, SET_LEAF, flipped(leaf, bit), seq)
      assert.deepEqual(verify(file), [`LEDGER_LEAF_ALTERED ${seq}`], `bit ${bit} of ${seq}`)
    }
    tamper(file, SET_LEAF, leaf, seq)
  }
})

test('one bit changed in any stored hash is found, and told from an altered receipt', async (t) => {
  const file = await copyOf(t, small)
  for (let seq = 0; seq <= SMALL; seq += 1) {
    const hash = bytesAt(file, HASH, seq)
    tamper(file, SET_HASH, flipped(hash, seq * 7), seq)
    assert.deepEqual(verify(file), [`LEDGER_HASH_ALTERED ${seq}`])
    tamper(file, SET_HASH, hash, seq)
  }
})

test('a receipt altered together with its hash is found between two checkpoints', async (t) => {
  const file = await copyOf(t, small)
  for (let seq = 0; seq <= SMALL; seq += 1) {
    const [leaf, hash] = [bytesAt(file, LEAF, seq), bytesAt(file, HASH, seq)]
    const other = Buffer.from(leaf.toString().replace('127.0.0.1', '127.0.0.2'))
    tamper(file, SET_LEAF, other, seq)
    tamper(file, SET_HASH, leafHash(other), seq)
    const [problem, ...more] = verifyLedger(file, SAMPLE_VKEY).problems
    assert.equal(problem?.code, 'LEDGER_LEAF_ALTERED')
    const first = problem?.seq ?? assert.fail('no place')
    assert.ok(first <= seq && seq < first + 6, `${first} for ${seq}`)
    assert.deepEqual(more, [])
    tamper(file, SET_LEAF, leaf, seq)
    tamper(file, SET_HASH, hash, seq)
  }
})

test('any receipt taken out is missed, and the last one as truncation', async (t) => {
  for (let seq = 0; seq <= SMALL; seq += 1) {
    const file = await copyOf(t, small)
    tamper(file, 'DELETE FROM leaf WHERE seq = ?', seq)
    const code = seq === SMALL ? 'LEDGER_TRUNCATED' : 'LEDGER_RECEIPT_MISSING'
    assert.deepEqual(verify(file), [`${code} ${seq}`])
  }
})

test('receipts that have changed places are found, both', async (t) => {
  for (let seq = 0; seq < SMALL; seq += 1) {
    const file = await copyOf(t, small)
    const other = (seq * 7 + 5) % SMALL
    if (other === seq) continue
    tamper(file, MOVE, 1_000, seq)
    tamper(file, MOVE, seq, other)
    tamper(file, MOVE, other, 1_000)
    const places = [seq, other].sort((a, b) => a - b)
    assert.deepEqual(
      verify(file),
      places.map((place) => `LEDGER_REORDERED ${place}`),
    )
  }
})

test('a tail cut off below its checkpoints is found without any memory', async (t) => {
  for (const size of [0, 1, 17, SMALL]) {
    const file = await copyOf(t, small)
    tamper(file, 'DELETE FROM leaf WHERE seq >= ?', size)
    assert.deepEqual(verify(file), [`LEDGER_TRUNCATED ${size}`])
  }
})

test('a tail cut off with its checkpoints is found by whoever remembers one', async (t) => {
  const whole = join(await scratch(t), 'ledger.db')
  const drafts = Array.from({ length: 40 }, (_, i) => refusalDraft(`r${i}`))
  writeLedger(whole, sampleLog(drafts).leaves)
  const head = headOf(whole)
  for (const size of [0, 1, 15, 36]) {
    const file = await copyOf(t, whole)
    tamper(file, 'DELETE FROM leaf WHERE seq >= ?', size)
    tamper(file, 'DELETE FROM checkpoint WHERE size > ?', size)
    assert.deepEqual(verify(file), [], 'the shorter ledger holds together')
    assert.deepEqual(verify(file, head), [`LEDGER_TRUNCATED ${size}`])
  }
})

test('a history written anew by the holder of the key is found by whoever remembers', async (t) => {
  const drafts = Array.from({ length: 40 }, (_, i) => refusalDraft(`other ${i}`))
  const file = join(await scratch(t), 'ledger.db')
  writeLedger(file, sampleLog(drafts).leaves)
  assert.deepEqual(verify(file), [])
  assert.deepEqual(verify(file, smallHead), ['LEDGER_FORKED'])
  const early = join(await scratch(t), 'ledger.db')
  writeLedger(early, smallLeaves.slice(0, 10))
  assert.deepEqual(verify(early, smallHead), ['LEDGER_TRUNCATED 10'])
  assert.deepEqual(verify(small, headOf(early)), [], 'a longer ledger extends an older head')
})

test('one bit changed in any checkpoint is found', async (t) => {
  const file = await copyOf(t, small)
  const sizes = [0, 1, 3, 6, 10, 15, 21, 22, 24, 27, SMALL + 1]
  for (const [index, size] of sizes.entries()) {
    const note = bytesAt(file, 'SELECT note FROM checkpoint WHERE size = ?', size)
    const changed = flipped(note, index * 131 + 5).toString('latin1')
    tamper(file, 'UPDATE checkpoint SET note = ? WHERE size = ?', changed, size)
    assert.deepEqual(verify(file), ['LEDGER_CHECKPOINT_INVALID'], `size ${size}`)
    tamper(file, 'UPDATE checkpoint SET note = ? WHERE size = ?', note.toString(), size)
  }
  assert.deepEqual(verify(file), [])
})

test('checkpoints of another size, of another key or gone are found', async (t) => {
  const moved = await copyOf(t, small)
  tamper(moved, 'UPDATE checkpoint SET size = 20 WHERE size = 21')
  assert.deepEqual(verify(moved), ['LEDGER_CHECKPOINT_INVALID'])
  const gone = await copyOf(t, small)
  tamper(gone, 'DELETE FROM checkpoint WHERE size = ?', SMALL + 1)
  assert.deepEqual(verify(gone), ['LEDGER_CHECKPOINT_MISSING'])
  tamper(gone, 'DELETE FROM checkpoint')
  assert.deepEqual(verify(gone), ['LEDGER_CHECKPOINT_MISSING'])
  const stranger = { name: SAMPLE_ORIGIN, key: generateKeyPairSync('ed25519').privateKey }
  const { problems } = verifyLedger(small, vkeyOf(stranger))
  assert.ok(problems.every(({ code }) => code.startsWith('LEDGER_CHECKPOINT_')))
  assert.ok(problems.length > 0)
})

test('an altered receipt in a full tile is found as that alone', async (t) => {
  const file = await copyOf(t, large)
  for (const seq of [0, 200, 255, 256, 511, 512, LARGE]) {
    const leaf = bytesAt(file, LEAF, seq)
    tamper(file, SET_LEAF, flipped(leaf, 99), seq)
    assert.deepEqual(verify(file), [`LEDGER_LEAF_ALTERED ${seq}`])
    tamper(file, SET_LEAF, leaf, seq)
  }
})

test('several faults are found together', async (t) => {
  const file = await copyOf(t, small)
  const leaf = bytesAt(file, LEAF, 4)
  tamper(file, SET_LEAF, flipped(leaf, 99), 4)
  tamper(file, 'UPDATE leaf SET hash = zeroblob(32) WHERE seq = 12')
  tamper(file, 'DELETE FROM leaf WHERE seq = 20')
  tamper(file, SET_LEAF, flipped(bytesAt(file, LEAF, 25), 99), 25)
  assert.deepEqual(verify(file), [
    'LEDGER_LEAF_ALTERED 4',
    'LEDGER_HASH_ALTERED 12',
    'LEDGER_RECEIPT_MISSING 20',
    'LEDGER_LEAF_ALTERED 25',
  ])
})

test('no more problems are listed than the limit, and the others are counted', async (t) => {
  const file = await copyOf(t, large)
  tamper(file, 'UPDATE leaf SET hash = zeroblob(32)')
  const { problems, unlisted } = verifyLedger(file, SAMPLE_VKEY)
  assert.equal(problems.length, 100)
  assert.equal(unlisted, LARGE + 1 - 100)
})
