/** Every bit of what is handed to a verifier, flipped one at a time: each flip has its code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyLog } from '../../src/app/verify/verify-log.ts'
import { now } from '../../src/kernel/checks/answer-now.ts'
import { codeOf, PortcullisError } from '../../src/kernel/errors.ts'
import { provedHeadCheck, type ReceiptTrust } from '../../src/kernel/receipt/proved-head.ts'
import { demandsCheck, keysCheck, trustCheck } from '../../src/kernel/receipt/read-trust.ts'
import { verifyReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import { formatCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { leafHash } from '../../src/kernel/tlog/hash.ts'
import { verifyInclusion } from '../../src/kernel/tlog/proof.ts'
import { parseTlogProof } from '../../src/kernel/tlog/tlog-proof.ts'
import { flips, Tally } from '../support/flipped.ts'
import { logOf, SAMPLE_ORIGIN, SAMPLE_VKEY } from '../support/sample-log.ts'
import {
  SAMPLE_POLICY,
  SAMPLE_POST_QUANTUM,
  SAMPLE_WITNESSES,
  sampleNode,
} from '../support/sample-node.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { memorySource, tileFiles } from '../support/sample-tiles.ts'
import { sampleRoot, TrustHistory } from '../support/trust-history.ts'

const NODE = sampleNode([refusalDraft('a'), refusalDraft('b'), refusalDraft('c')], {
  cosigners: SAMPLE_WITNESSES,
})
const KEY: ReceiptTrust = now(keysCheck(SAMPLE_VKEY))
const WITNESSED = now(demandsCheck({ witnesses: SAMPLE_POLICY }))

/** Text of bytes that may be none any more: a lone byte becomes a mark that no format has. */
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function codeIn(judge: () => unknown): string | undefined {
  try {
    judge()
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

function sweep(whole: string, judge: (text: string) => unknown): readonly string[] {
  judge(whole)
  const tally = new Tally()
  for (const [flipped, at] of flips(Buffer.from(whole))) {
    tally.add(
      codeIn(() => judge(textOf(flipped))),
      `a bit of byte ${at} flipped`,
    )
  }
  return tally.names()
}

test('no bit of a receipt with its two proofs and its witnesses may be flipped', () => {
  const codes = sweep(NODE.portable(1), (file) => verifyReceipt(file, KEY, WITNESSED))
  assert.deepEqual(codes, [
    ...['CHECKPOINT_INVALID', 'CHECKPOINT_UNTRUSTED', 'PROOF_INVALID', 'QUORUM_UNMET'],
    'RECEIPT_INVALID',
  ])
})

test('no bit of a cosigned checkpoint may be flipped', () => {
  const codes = sweep(NODE.note, (note) => now(provedHeadCheck({ note }, KEY, WITNESSED)))
  assert.deepEqual(codes, ['CHECKPOINT_INVALID', 'CHECKPOINT_UNTRUSTED', 'QUORUM_UNMET'])
})

test('no bit of a checkpoint under two kinds of keys may be flipped', () => {
  const { note } = sampleNode([refusalDraft('a')], { cosigners: [SAMPLE_POST_QUANTUM] })
  const trust = now(keysCheck(`${SAMPLE_VKEY}\n${SAMPLE_POST_QUANTUM.vkey}\n`))
  const judge = (text: string) =>
    now(provedHeadCheck({ note: text }, trust, { hybrid: 'both' })).checkpoint
  assert.deepEqual(sweep(note, judge), [
    ...['CHECKPOINT_INVALID', 'CHECKPOINT_NOT_HYBRID', 'CHECKPOINT_UNTRUSTED'],
  ])
})

test('no bit of a tlog-proof may be flipped', () => {
  const hash = leafHash(Buffer.from(formatCheckpoint(NODE.tenant.head)))
  const judge = (text: string) => {
    const { index, path, checkpoint } = parseTlogProof(text)
    const head = now(provedHeadCheck({ note: checkpoint }, KEY, WITNESSED)).checkpoint
    if (verifyInclusion({ hash, index }, head, path)) return
    throw new PortcullisError('PROOF_INVALID', 'no leaf')
  }
  assert.deepEqual(sweep(NODE.head, judge), [
    ...['CHECKPOINT_INVALID', 'CHECKPOINT_UNTRUSTED', 'PROOF_INVALID', 'QUORUM_UNMET'],
  ])
})

test('no bit of a trust document may be flipped', () => {
  const history = new TrustHistory()
  const [file = ''] = history.files
  const roots = [sampleRoot('root').root.id]
  const codes = sweep(file, (text) => now(trustCheck(text, { roots })))
  assert.deepEqual(codes, ['TRUST_INVALID', 'TRUST_UNTRUSTED'])
})

const HEADS = Array.from({ length: 257 }, (_, at) =>
  formatCheckpoint({ ...NODE.tenant.head, size: at + 1 }),
)

/** The codes by file of a log as tiles, of which these files are flipped. */
async function sweepTiles(count: number, swept: (path: string) => boolean) {
  const leaves = HEADS.slice(0, count)
  const files = tileFiles(leaves, logOf(leaves).checkpoint)
  const trusted = { trust: KEY, demands: {} }
  const whole = await verifyLog(memorySource(files), trusted, {})
  assert.deepEqual([whole.ok, whole.origin], [true, SAMPLE_ORIGIN])
  const found: Record<string, readonly string[]> = {}
  for (const [path, bytes] of [...files].filter(([name]) => swept(name))) {
    const tally = new Tally()
    for (const [flipped, at] of flips(bytes)) {
      const source = memorySource(new Map([...files, [path, flipped]]))
      const { ok, problems } = await verifyLog(source, trusted, {})
      assert.equal(ok, problems.length === 0)
      for (const { code } of problems) tally.add(code, path)
      assert.ok(!ok, `accepted with a bit of byte ${at} of ${path} flipped`)
    }
    found[path] = tally.names()
  }
  return found
}

test('no bit of a log as tiles may be flipped', async () => {
  assert.deepEqual(await sweepTiles(3, () => true), {
    checkpoint: ['CHECKPOINT_INVALID', 'CHECKPOINT_UNTRUSTED'],
    'tile/entries/000.p/3': ['LOG_ENTRIES_MISSING', 'LOG_ENTRY_ALTERED', 'LOG_ENTRY_INVALID'],
    'tile/0/000.p/3': ['LOG_TILE_ALTERED'],
  })
})

test('no bit of a tile above the lowest level, or behind a full tile, may be flipped', async () => {
  const partial = (path: string) => path.endsWith('.p/1') && !path.startsWith('tile/entries')
  assert.deepEqual(await sweepTiles(257, partial), {
    'tile/0/001.p/1': ['LOG_TILE_ALTERED'],
    'tile/1/000.p/1': ['LOG_TILE_ALTERED'],
  })
})
