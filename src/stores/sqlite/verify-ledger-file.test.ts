import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bytesAt, flipped, tamper, writeSampleLedger } from '../../../test/support/sample-ledger.ts'
import {
  SAMPLE_ORIGIN,
  SAMPLE_SIGNER,
  SAMPLE_VKEY,
  sampleLog,
} from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratch, scratchForFile } from '../../../test/support/scratch.ts'
import type { LedgerReport } from '../../kernel/receipt/ledger-report.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { LedgerFile } from './ledger-file.ts'
import { verifyLedger } from './verify-ledger.ts'

const SMALL = 30
const LARGE = 600
const directory = scratchForFile()
const small = join(directory, 'small.db')
const large = join(directory, 'large.db')
writeSampleLedger(small, SMALL)
writeSampleLedger(large, LARGE, 90)

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
const SET_HASH = 'UPDATE leaf SET hash = ? WHERE seq = ?'

const DERIVED: Record<string, [sql: string, code: string]> = {
  'a tile with one hash altered': [
    'UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE place = 1',
    'LEDGER_HASH_ALTERED',
  ],
  'a tile with another root': [
    'UPDATE tile SET root = zeroblob(32) WHERE place = 0',
    'LEDGER_HASH_ALTERED',
  ],
  'a tile more': ["INSERT INTO tile VALUES (0, 9, x'00', x'00')", 'LEDGER_HASH_ALTERED'],
  'a receipt under another id': [
    "UPDATE leaf SET id = 'x' WHERE seq = 77",
    'LEDGER_INDEX_ALTERED 77',
  ],
  'a receipt under another run': [
    "UPDATE leaf SET run = 'x' WHERE seq = 77",
    'LEDGER_INDEX_ALTERED 77',
  ],
  'an open action gone': ['DELETE FROM open_action', 'LEDGER_INDEX_ALTERED'],
  'an open action more': ["INSERT INTO open_action VALUES ('d0', 0)", 'LEDGER_INDEX_ALTERED'],
  'another open action': ["UPDATE open_action SET id = 'd0'", 'LEDGER_INDEX_ALTERED'],
}

for (const [name, [sql, code]] of Object.entries(DERIVED)) {
  test(`${name} is found`, async (t) => {
    const file = await copyOf(t, large)
    tamper(file, sql)
    assert.deepEqual(verify(file), [code])
  })
}

test('a tile that is gone is found', async (t) => {
  const file = await copyOf(t, large)
  tamper(file, 'DELETE FROM tile WHERE place = 0')
  const codes = verify(file)
  assert.ok(codes.length > 0 && codes.every((code) => code === 'LEDGER_HASH_ALTERED'))
})

/** What a faulty writer, which has the key, could have signed. */
const SIGNED_FAULTS: Record<string, [change: (leaf: string) => string, code: string]> = {
  'a wrong link': [(leaf) => leaf.replace(/"prev":"..../, '"prev":"AAAA'), 'LEDGER_LINK_BROKEN 5'],
  'no link': [(leaf) => leaf.replace(/"prev":"[^"]*",/, ''), 'LEDGER_LINK_BROKEN 5'],
  'another log': [
    (leaf) => leaf.replace(SAMPLE_ORIGIN, 'other.example/x'),
    'LEDGER_RECEIPT_INVALID 5',
  ],
  'white space': [(leaf) => leaf.replace(':', ': '), 'LEDGER_RECEIPT_INVALID 5'],
  'what is no receipt': [() => '{}', 'LEDGER_RECEIPT_INVALID 5'],
  'what is no text': [(leaf) => leaf, 'LEDGER_RECEIPT_INVALID 5'],
  'another place': [(leaf) => leaf.replace('"seq":5', '"seq":6'), 'LEDGER_REORDERED 5'],
}

for (const [name, [change, code]] of Object.entries(SIGNED_FAULTS)) {
  test(`a signed receipt with ${name} is found`, async (t) => {
    const file = join(await scratch(t), 'ledger.db')
    const ledger = LedgerFile.open(file, SAMPLE_SIGNER)
    const { leaves } = sampleLog(Array.from({ length: 6 }, (_, i) => refusalDraft(`r${i}`)))
    const texts = leaves.with(5, change(leaves[5] ?? ''))
    ledger.commit(texts.map((text, i) => ({ id: `r${i}`, run: 'run-1', text, opens: false })))
    ledger.close()
    if (name === 'what is no text') {
      // No writer of ours can: put in by hand, with every hash made to fit but the signature.
      const bytes = Buffer.from([0xff, 0xfe])
      tamper(file, SET_LEAF, bytes, 5)
      tamper(file, SET_HASH, leafHash(bytes), 5)
      assert.ok(verify(file).includes(code))
      return
    }
    assert.deepEqual(verify(file), [code])
  })
}

test('damage anywhere in the file is a finding, never a crash and never sound', async (t) => {
  const file = await copyOf(t, small)
  const sound = readFileSync(file)
  const truth = verifyLedger(file, SAMPLE_VKEY)
  const content = contentOf(file)
  for (let round = 0; round < 400; round += 1) {
    const bit = (round * 7_919 * 8 + round * 3) % (sound.length * 8)
    writeFileSync(file, flipped(sound, bit))
    const report = verifyLedger(file, SAMPLE_VKEY)
    if (!report.ok) continue
    assert.deepEqual([report.size, report.root], [truth.size, truth.root])
    assert.deepEqual(contentOf(file), content, `bit ${bit} changed what is read`)
  }
})

function contentOf(file: string): string[] {
  return Array.from({ length: SMALL + 1 }, (_, seq) => bytesAt(file, LEAF, seq).toString('latin1'))
}

test('an index of the database that was altered is found', async (t) => {
  const file = await copyOf(t, small)
  const bytes = readFileSync(file)
  // In the table the id stands before the run, in its index before the number of the row.
  const at = bytes.indexOf(Buffer.from('e12\u000c'))
  bytes.write('e13', at)
  writeFileSync(file, bytes)
  assert.deepEqual(verify(file), ['LEDGER_UNREADABLE'])
})

test('a file cut short or of another kind is unreadable', async (t) => {
  const file = await copyOf(t, small)
  const sound = readFileSync(file)
  for (const content of [sound.subarray(0, 4_096), Buffer.from('not a database'.repeat(99)), '']) {
    writeFileSync(file, content)
    assert.deepEqual(verify(file), ['LEDGER_UNREADABLE'])
  }
})

test('no file, no key and no head to remember are mistakes of the caller', () => {
  const missing = { code: 'LEDGER_MISSING' }
  assert.throws(() => verifyLedger(`${small}.not`, SAMPLE_VKEY), missing)
  assert.throws(() => verifyLedger(small, 'nonsense'), { code: 'VKEY_INVALID' })
  const smallHead = verifyLedger(small, SAMPLE_VKEY).head ?? assert.fail('no head')
  const forged = smallHead.replace('31', '32')
  assert.throws(() => verify(small, forged), { code: 'CHECKPOINT_UNTRUSTED' })
  assert.throws(() => verify(small, ''), { code: 'CHECKPOINT_INVALID' })
})

test('a long verification says how far it is', () => {
  const steps: number[][] = []
  verifyLedger(small, SAMPLE_VKEY, { onProgress: (...step) => steps.push(step) })
  assert.deepEqual(steps, [[0, SMALL + 1]])
})
