import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyReceipt, decisionDraft, effectDraft } from '../../../test/support/sample-receipts.ts'
import { canonical } from './canonical.ts'
import { RECEIPT_VERSION, type Receipt } from './receipt.ts'
import { receiptText } from './receipt-text.ts'

const place = { v: RECEIPT_VERSION, log: 'portcullis.example/test', seq: 4, prev: 'AAAA' } as const

const OBSERVED = {
  effect: 'deny',
  reason: 'explicit_deny',
  rules: decisionDraft('d').decision?.rules ?? [],
} as const

test('the fast form of any receipt is its canonical form', () => {
  fc.assert(fc.property(anyReceipt, (receipt) => receiptText(receipt) === canonical(receipt)))
})

test('the fast form is canonical with every member there is', () => {
  const all: Required<Receipt> = {
    ...place,
    ...decisionDraft('d'),
    ...effectDraft('e', 'd'),
    code: 'INTERNAL',
    decision: { ...(decisionDraft('d').decision ?? assert.fail()), observed: OBSERVED },
    action: decisionDraft('d').action ?? assert.fail(),
    in: { digest: 'a', bytes: 1 },
    out: { digest: 'b', bytes: 2 },
    redactions: [{ path: 'p', why: 'w' }],
    effect: { state: 'failed', of: 'd' },
    cost: { ms: 1 },
    lifecycle: { event: 'e', detail: 'd' },
    spend: [{ budget: 'b', amount: 0.5 }],
    detail: { considered: ['c'], paths: ['p'] },
    approval: { request: 'q', binding: 'b', names: ['n'], by: ['a'], expires: 1 },
  }
  assert.equal(receiptText(all), canonical(all))
})

test('text that looks like what JSON cannot say is written as it is', () => {
  for (const id of ['null', '\\ud800', '"null"', 'a\\\\udfff']) {
    const receipt = { ...decisionDraft(id), ...place }
    assert.equal(receiptText(receipt), canonical(receipt))
  }
})

test('what has no canonical form is refused by the fast form too', () => {
  const draft = { ...decisionDraft('x'), ...place }
  for (const bad of [
    { ...draft, id: '\ud800' },
    { ...draft, ts: Number.NaN },
    { ...draft, cost: { ms: Number.POSITIVE_INFINITY } },
    { ...draft, actor: [{ kind: 'agent', id: 'a\udc00', via: 'runtime' }] as const },
  ]) {
    assert.throws(() => receiptText(bad), { code: 'JSON_UNSUPPORTED' })
  }
})
