import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { leafText } from '../../src/kernel/receipt/leaf.ts'
import { formatPortable } from '../../src/kernel/receipt/portable.ts'
import { RECEIPT_VERSION, type ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { formatCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { type Hash, leafHash, leafHashOfText, nodeHash } from '../../src/kernel/tlog/hash.ts'
import { formatNote, parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { inclusionProof, rootAt, type SubtreeReader } from '../../src/kernel/tlog/proof.ts'
import { formatTlogProof } from '../../src/kernel/tlog/tlog-proof.ts'
import { vkeyOf } from '../../src/stores/segments/signers.ts'

export { vkeyOf }

export const SAMPLE_ORIGIN = 'portcullis.example/test'

/** The private key of RFC 8032 section 7.1, test 1, in PKCS#8: what tests sign is reproducible. */
export const SAMPLE_KEY: KeyObject = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  ]),
  format: 'der',
  type: 'pkcs8',
})

export const SAMPLE_SIGNER = { name: SAMPLE_ORIGIN, key: SAMPLE_KEY }
export const SAMPLE_VKEY = vkeyOf(SAMPLE_SIGNER)

/** Signs any text as a note of the sample log. */
export function signedNote(text: string, signer = SAMPLE_SIGNER): string {
  return formatNote(
    text,
    parseVerifierKey(vkeyOf(signer)),
    sign(null, Buffer.from(text), signer.key),
  )
}

/** Hashes of a tree in memory, for proofs. */
export function subtreesOf(leaves: readonly Hash[]): SubtreeReader {
  const levels: Hash[][] = [[...leaves]]
  for (let below = levels[0] ?? []; below.length > 1; below = levels.at(-1) ?? []) {
    const parents: Hash[] = []
    for (let i = 0; i + 1 < below.length; i += 2) {
      const [left, right] = below.slice(i, i + 2)
      if (left && right) parents.push(nodeHash(left, right))
    }
    levels.push(parents)
  }
  return (height, index) => {
    const hash = levels[height]?.[index]
    if (hash === undefined) throw new Error(`no subtree ${index} of height ${height}`)
    return hash
  }
}

/** A whole small log in memory: the leaves of these drafts, and any of them as a file. */
export function sampleLog(drafts: readonly ReceiptDraft[], signer = SAMPLE_SIGNER) {
  const heads = new Map<string, string>()
  const leaves = drafts.map((draft, seq) => {
    const prev = heads.get(draft.run)
    const place = { v: RECEIPT_VERSION, log: signer.name, seq } as const
    const leaf = leafText({ ...draft, ...place, ...(prev !== undefined && { prev }) })
    heads.set(draft.run, leafHashOfText(leaf))
    return leaf
  })
  return logOf(leaves, signer)
}

/** A log of any leaves, whatever they say. */
export function logOf(leaves: readonly string[], signer = SAMPLE_SIGNER) {
  const read = subtreesOf(leaves.map((leaf) => leafHash(Buffer.from(leaf))))
  const head = { origin: signer.name, size: leaves.length, root: rootAt(leaves.length, read) }
  const checkpoint = signedNote(formatCheckpoint(head), signer)
  const portable = (index: number, receipt = leaves[index] ?? '') =>
    formatPortable({
      receipt,
      proof: formatTlogProof({
        index,
        path: inclusionProof(index, leaves.length, read),
        checkpoint,
      }),
    })
  return { leaves, head, checkpoint, portable }
}
