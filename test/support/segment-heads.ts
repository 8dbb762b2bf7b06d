import { leafHash } from '../../src/kernel/tlog/hash.ts'
import { consistencyProof } from '../../src/kernel/tlog/proof.ts'
import type { HeadSource } from '../../src/monitors/witnesses/head-source.ts'
import { FRAME_KINDS } from '../../src/stores/segments/frame.ts'
import type { OpenLedger } from '../../src/stores/segments/open-ledger.ts'
import { readFrames } from '../../src/stores/segments/segment-files.ts'
import { subtreesOf } from './sample-log.ts'

/** The node log has this number in the segments. */
const NODE_LOG = 0

/** The heads of a real ledger, with proofs from what stands in its files. */
export function segmentHeads(directory: string, ledger: OpenLedger): HeadSource {
  const leaves = () =>
    [...readFrames(directory)].flatMap((found) => {
      if (!('frame' in found)) throw new Error('a frame that cannot be read')
      const { log, kind, body } = found.frame
      return log === NODE_LOG && kind === FRAME_KINDS.leaf ? [leafHash(body)] : []
    })
  return {
    checkpoint: () => ledger.checkpoint(),
    onHead: (listener) => ledger.onHead(listener),
    publish: (note) => ledger.publish(note),
    consistency: (from, to) => consistencyProof(from, to, subtreesOf(leaves().slice(0, to))),
  }
}
