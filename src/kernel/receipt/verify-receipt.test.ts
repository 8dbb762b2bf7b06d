import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  logOf,
  SAMPLE_ORIGIN,
  SAMPLE_SIGNER,
  SAMPLE_VKEY,
  sampleLog,
  vkeyOf,
} from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { formatPortable, MAX_PORTABLE_LENGTH, parsePortable } from './portable.ts'
import { verifyPortableReceipt } from './verify-receipt.ts'

const DRAFTS = [
  decisionDraft('d1', 'naïve “run” 😀'),
  effectDraft('e1', 'd1'),
  refusalDraft('r1'),
  decisionDraft('d2'),
  effectDraft('e2', 'd2'),
]
const LOG = sampleLog(DRAFTS)
const FILE = LOG.portable(0)
const { receipt: LEAF, proof: PROOF } = parsePortable(FILE)

test('every receipt of a log verifies with the public key alone', () => {
  for (const [index, draft] of DRAFTS.entries()) {
    const { receipt, checkpoint } = verifyPortableReceipt(LOG.portable(index), SAMPLE_VKEY)
    assert.equal(receipt.id, draft.id)
    assert.equal(receipt.seq, index)
    assert.equal(checkpoint.origin, SAMPLE_ORIGIN)
    assert.equal(checkpoint.size, DRAFTS.length)
  }
})

test('the receipt of a log of one verifies', () => {
  const { receipt } = verifyPortableReceipt(
    sampleLog([refusalDraft('only')]).portable(0),
    SAMPLE_VKEY,
  )
  assert.equal(receipt.id, 'only')
})

test('no file cut short verifies', () => {
  for (let length = 0; length < FILE.length; length += 1) {
    assert.throws(() => verifyPortableReceipt(FILE.slice(0, length), SAMPLE_VKEY), {
      code: 'RECEIPT_INVALID',
    })
  }
})

const stranger = { name: SAMPLE_ORIGIN, key: generateKeyPairSync('ed25519').privateKey }
const spaced = JSON.stringify({ proof: PROOF, receipt: LEAF }, null, 1)
const REFUSED: Record<string, [file: string, code: string]> = {
  'the receipt of another leaf': [LOG.portable(0, LOG.leaves[3]), 'PROOF_INVALID'],
  'the proof of another leaf': [
    formatPortable({ receipt: LEAF, proof: parsePortable(LOG.portable(3)).proof }),
    'PROOF_INVALID',
  ],
  'the index of another leaf': [FILE.replace('index 0', 'index 1'), 'PROOF_INVALID'],
  'a stranger’s checkpoint': [sampleLog(DRAFTS, stranger).portable(0), 'CHECKPOINT_UNTRUSTED'],
  'another log’s checkpoint': [
    sampleLog(DRAFTS, { ...SAMPLE_SIGNER, name: 'other.example/log' }).portable(0),
    'CHECKPOINT_UNTRUSTED',
  ],
  'no checkpoint': [
    formatPortable({ receipt: LEAF, proof: PROOF.split('\n\n')[0] ?? '' }),
    'PROOF_INVALID',
  ],
  'white space': [spaced, 'RECEIPT_INVALID'],
  'members in another order': [
    `${JSON.stringify({ receipt: LEAF, proof: PROOF })}\n`,
    'RECEIPT_INVALID',
  ],
  'a member more': [FILE.replace('{', '{"a":1,'), 'RECEIPT_INVALID'],
  'a byte order mark': [`\ufeff${FILE}`, 'RECEIPT_INVALID'],
  'no newline': [FILE.slice(0, -1), 'RECEIPT_INVALID'],
  'a list in place of an object': ['[]\n', 'RECEIPT_INVALID'],
  'a number in place of the receipt': ['{"proof":"","receipt":1}\n', 'RECEIPT_INVALID'],
  'more than the limit': [FILE.padEnd(MAX_PORTABLE_LENGTH + 1), 'RECEIPT_INVALID'],
}

for (const [name, [file, code]] of Object.entries(REFUSED)) {
  test(`a file is refused with ${name}`, () => {
    assert.throws(() => verifyPortableReceipt(file, SAMPLE_VKEY), { code })
  })
}

test('a signed leaf that names another place or another log is refused', () => {
  const [, second = ''] = sampleLog([refusalDraft('a'), refusalDraft('b')]).leaves
  const other = { ...SAMPLE_SIGNER, name: 'other.example/log' }
  const [foreign = ''] = sampleLog([refusalDraft('a')], other).leaves
  for (const leaf of [second, foreign]) {
    const file = logOf([leaf]).portable(0)
    assert.throws(() => verifyPortableReceipt(file, SAMPLE_VKEY), { code: 'RECEIPT_INVALID' })
  }
})

test('a key that is no key is refused before anything is read', () => {
  assert.throws(() => verifyPortableReceipt('', 'nonsense'), { code: 'VKEY_INVALID' })
  assert.throws(() => verifyPortableReceipt(FILE, vkeyOf(stranger)), {
    code: 'CHECKPOINT_UNTRUSTED',
  })
})
