/** A node in memory with the log of one tenant: receipts with `head`, under every kind of key. */

import { formatPortable, parsePortable } from '../../src/kernel/receipt/portable.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { formatCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { leafHash } from '../../src/kernel/tlog/hash.ts'
import { inclusionProof } from '../../src/kernel/tlog/proof.ts'
import { formatTlogProof } from '../../src/kernel/tlog/tlog-proof.ts'
import {
  logOf,
  SAMPLE_KEY,
  SAMPLE_ORIGIN,
  SAMPLE_SIGNER,
  sampleLog,
  subtreesOf,
} from './sample-log.ts'
import { cosignatureLine, type SampleCosigner, sampleCosigner } from './sample-witness.ts'

export const SAMPLE_TENANT = `${SAMPLE_ORIGIN}/l/0123456789abcdef`

/** The ML-DSA-44 key of the node, and two witnesses. */
export const SAMPLE_POST_QUANTUM = sampleCosigner('ml-dsa-44', SAMPLE_ORIGIN, '02')
export const SAMPLE_WITNESSES = [
  sampleCosigner('ed25519', 'one.example/witness', '03'),
  sampleCosigner('ed25519', 'two.example/witness', '04'),
] as const

/** A policy that asks for both witnesses. */
export const SAMPLE_POLICY = [
  ...SAMPLE_WITNESSES.map(({ vkey }, at) => `witness w${at} ${vkey}\n`),
  'group both all w0 w1\nquorum both\n',
].join('')

export interface SampleNodeOptions {
  /** Signs the logs of the node and of its tenant. */
  readonly key?: typeof SAMPLE_KEY
  readonly cosigners?: readonly SampleCosigner[]
}

/** A node whose tenant wrote these receipts, the head of which is the last leaf but one. */
export function sampleNode(
  drafts: readonly ReceiptDraft[],
  { key = SAMPLE_KEY, cosigners = [] }: SampleNodeOptions = {},
) {
  const tenant = sampleLog(drafts, { name: SAMPLE_TENANT, key })
  const leaves = [...[1, 2, 3].map((at) => `other ${at}`), formatCheckpoint(tenant.head), 'after']
  const node = logOf(leaves, { ...SAMPLE_SIGNER, key })
  const note =
    node.checkpoint + cosigners.map((each) => cosignatureLine(node.checkpoint, each)).join('')
  const index = leaves.length - 2
  const read = subtreesOf(leaves.map((leaf) => leafHash(Buffer.from(leaf))))
  const path = inclusionProof(index, leaves.length, read)
  const head = formatTlogProof({ index, path, checkpoint: note })
  const portable = (at: number) => formatPortable({ ...parsePortable(tenant.portable(at)), head })
  return { tenant, node, note, head, portable }
}
