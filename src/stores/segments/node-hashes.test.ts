import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { verifyConsistency } from '../../kernel/tlog/proof.ts'
import { Frontier } from './frontier.ts'
import { NodeHashes } from './node-hashes.ts'
import { openLedger } from './open-ledger.ts'

test('heads of the node log are consistent, over segments and openings', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const heads: string[] = []
  const options = { segmentBytes: 64 * 1024, batchBytes: 32 * 1024, inline: {} }
  const signers = { active: SAMPLE_SIGNER }
  for (let round = 0; round < 2; round += 1) {
    const ledger = await openLedger({ directory, signers, log: eventLog(), ...options })
    ledger.onHead((note) => heads.push(note))
    for (let count = 0; count < 60; count += 1)
      await ledger.append(refusalDraft(`${round}-${count}`))
    const known = heads.map(claimedCheckpoint)
    for (const older of known.filter((_, index) => index % 11 === 0)) {
      for (const newer of [older, known.at(-1) ?? older]) {
        const proof = ledger.consistency(older.size, newer.size)
        assert.ok(verifyConsistency(older, newer, proof), `${older.size} to ${newer.size}`)
      }
    }
    await ledger.close()
  }
  assert.equal(heads.length, 120)
})

test('old hashes are let go, and proofs go on from there', () => {
  const hashes = new NodeHashes(new Frontier(), 8)
  const tree = new Frontier()
  const heads = []
  for (let size = 1; size <= 40; size += 1) {
    const leaf = Buffer.from(leafHash(Buffer.from(String(size))))
    hashes.add(leaf)
    tree.append(leaf)
    heads.push({ size, root: tree.root() })
    for (const older of heads.filter((head) => head.size >= hashes.from)) {
      const newer = { size, root: tree.root() }
      assert.ok(verifyConsistency(older, newer, hashes.consistency(older.size, size)))
    }
  }
  assert.ok(hashes.from > 30)
})
