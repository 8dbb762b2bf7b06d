import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  anyReceipt,
  decisionDraft,
  effectDraft,
  refusalDraft,
} from '../../../../test/support/sample-receipts.ts'
import { canonical } from '../../../kernel/receipt/canonical.ts'
import { parseReceipt } from '../../../kernel/receipt/parse-receipt.ts'
import { RECEIPT_VERSION, type Receipt } from '../../../kernel/receipt/receipt.ts'
import { LeafScan } from './leaf-scan.ts'

/** Codes instead of errors, facts instead of receipts. */
function parsed(leaf: Buffer): unknown {
  try {
    const { seq, log, prev, run, kind, id, effect } = parseReceipt(leaf.toString('utf8'))
    const opens = kind === 'decision' && effect?.state === 'dispatched' ? id : undefined
    return { seq, log, prev, run, opens, closes: kind === 'effect' ? effect?.of : undefined }
  } catch {
    return 'RECEIPT_INVALID'
  }
}

function scanned(scan: LeafScan, leaf: Buffer): unknown {
  try {
    return scan.read(leaf)
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

test('the scan says of any receipt what parsing it in full says', () => {
  const scan = new LeafScan()
  fc.assert(
    fc.property(anyReceipt, (receipt) => {
      const leaf = Buffer.from(canonical(receipt))
      // The second time the shape is known.
      for (let time = 0; time < 2; time += 1) {
        assert.deepEqual(scanned(scan, leaf), parsed(leaf))
      }
    }),
    { numRuns: 300 },
  )
})

const place = (seq: number) => ({ v: RECEIPT_VERSION, log: 'l', seq, prev: 'AAAA' }) as const
const KNOWN: readonly Receipt[] = [
  { ...decisionDraft('d'), ...place(1) },
  { ...effectDraft('e', 'd'), ...place(20) },
  { ...refusalDraft('r'), ...place(3) },
]

test('no change of one byte makes the scan accept what parsing refuses', () => {
  const scan = new LeafScan()
  for (const receipt of KNOWN) {
    const leaf = Buffer.from(canonical(receipt))
    scan.read(leaf)
    for (let at = 0; at < leaf.length; at += 1) {
      for (const byte of [0x00, 0x20, 0x22, 0x30, 0x2c, 0x2e, 0x5c, 0x61, 0x7a, 0x7d, 0xff]) {
        const altered = Buffer.from(leaf)
        altered[at] = byte
        if (byte === 0xff) continue
        assert.deepEqual(scanned(scan, altered), parsed(altered), altered.toString('latin1'))
      }
    }
  }
})

const SPELLINGS: readonly [from: string, to: string][] = [
  ['"seq":20', '"seq":020'],
  ['"seq":20', '"seq":2e1'],
  ['"seq":20', '"seq":20.0'],
  ['"seq":20', '"seq":-20'],
  ['"ms":6.5', '"ms":6.50'],
  ['"ms":6.5', '"ms":0.0000005'],
  ['"kind":"effect"', '"kind":"event_"'],
  ['"state":"confirmed"', '"state":"confirmes"'],
  ['"v":1', '"v":2'],
  ['"run":"run-1"', '"run":"run\\u002d1"'],
  ['"run":"run-1"', '"run": "run-1"'],
  ['"run":"run-1"', '"run":"run-1","run":"run-2"'],
]

for (const [from, to] of SPELLINGS) {
  test(`${to} in place of ${from} is refused though the shape is known`, () => {
    const scan = new LeafScan()
    const text = canonical(KNOWN[1])
    scan.read(Buffer.from(text))
    assert.ok(text.includes(from))
    const altered = Buffer.from(text.replace(from, to))
    assert.equal(scanned(scan, altered), 'RECEIPT_INVALID')
  })
}
