import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyReceipt, decisionDraft } from '../../../test/support/sample-receipts.ts'
import { leafText, MAX_LEAF_BYTES } from './leaf.ts'
import { parseReceipt } from './parse-receipt.ts'
import { RECEIPT_VERSION, type Receipt } from './receipt.ts'

const place = { v: RECEIPT_VERSION, log: 'portcullis.example/test', seq: 4 } as const
const RECEIPT: Receipt = { ...decisionDraft('x'), ...place }
const TEXT = leafText(RECEIPT)
const withDetail = (detail: string): Receipt => ({
  ...RECEIPT,
  event: { name: 'config.loaded', detail },
})

test('a leaf reads back as the receipt it is', () => {
  fc.assert(
    fc.property(anyReceipt, (receipt) => {
      assert.deepEqual(parseReceipt(leafText(receipt)), JSON.parse(JSON.stringify(receipt)))
    }),
  )
})

test('a leaf may be as long as the limit, in bytes, and no longer', () => {
  const empty = Buffer.byteLength(leafText(withDetail('')))
  const room = MAX_LEAF_BYTES - empty
  assert.equal(Buffer.byteLength(leafText(withDetail('x'.repeat(room)))), MAX_LEAF_BYTES)
  const tooLong = ['x'.repeat(room + 1), 'ž'.repeat(room / 2 + 1)]
  for (const detail of tooLong) {
    assert.throws(() => leafText(withDetail(detail)), { code: 'LEDGER_RECEIPT_REJECTED' })
  }
})

const UNFIT: Record<string, object> = {
  'a lone surrogate': { id: '\ud800' },
  'a time that is no number': { ts: Number.NaN },
  'an id that is no text': { id: 7 },
  'no actor': { actor: undefined },
  'a kind of its own': { kind: 'other' },
  'a negative place': { seq: -1 },
}

for (const [name, change] of Object.entries(UNFIT)) {
  test(`a receipt with ${name} makes no leaf`, () => {
    const receipt = { ...RECEIPT, ...change } as Receipt
    assert.throws(() => leafText(receipt), { code: 'LEDGER_RECEIPT_REJECTED' })
  })
}

const NOT_LEAVES: Record<string, string> = {
  'nothing in it': '',
  'what is not JSON': TEXT.slice(1),
  'a list': `[${TEXT}]`,
  'white space': TEXT.replace(',', ', '),
  'a newline after it': `${TEXT}\n`,
  'members out of order': TEXT.replace(/^\{(.*),("v":1)\}$/, '{$2,$1}'),
  'a member twice': TEXT.replace('"v":1', '"v":2,"v":1'),
  'an escape that is not needed': TEXT.replace('"run-1"', '"\\u0072un-1"'),
  'a number spelt otherwise': TEXT.replace('"v":1', '"v":1.0'),
  'another version': TEXT.replace('"v":1', '"v":2'),
  'no place': TEXT.replace('"seq":4,', ''),
  'a rule without its line': TEXT.replace('"line":3,', ''),
}

for (const [name, text] of Object.entries(NOT_LEAVES)) {
  test(`a leaf is refused with ${name}`, () => {
    assert.notEqual(text, TEXT)
    assert.throws(() => parseReceipt(text), { code: 'RECEIPT_INVALID' })
  })
}

test('members of a later version are let be', () => {
  const later = TEXT.replace('"v":1}', '"v":1,"witness":{"a":1}}')
  assert.equal(parseReceipt(later).id, 'x')
})
