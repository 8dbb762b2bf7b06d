import { generateKeyPairSync } from 'node:crypto'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { judgeByKeys, type LedgerJudge } from '../../src/stores/segments/fsck/judge-by-keys.ts'
import { type LedgerSigner, vkeyOf } from '../../src/stores/segments/signers.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from './sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from './sample-receipts.ts'
import { LedgerLayer } from './segment-ledger.ts'

/** The key that takes over in the small ledger. */
export const NEXT_SIGNER: LedgerSigner = {
  name: SAMPLE_ORIGIN,
  key: generateKeyPairSync('ed25519').privateKey,
}

/** Sweeps visit each bit of it: what a receipt says beyond its place is left out. */
function small({ decision: _, action: __, in: ___, out: ____, ...draft }: ReceiptDraft) {
  return { ...draft, actor: [] }
}

/** A ledger with all there is: two tenants, a rotation of keys, two segments, signed heads. */
export function laySmallLedger(): LedgerLayer {
  const layer = new LedgerLayer()
  const [first, second] = [layer.declare('default'), layer.declare('acme')]
  layer.leaf(first, refusalDraft('r0'))
  layer.leaf(first, small(decisionDraft('d1')))
  layer.leaf(second, refusalDraft('s0'))
  layer.commit([first, second], { signed: [first] })
  layer.leaf(first, small(effectDraft('e2', 'd1')))
  const note = layer.commit([first])
  layer.useSigners({ active: NEXT_SIGNER, retiring: SAMPLE_SIGNER })
  layer.leaf(second, small(decisionDraft('s1')))
  layer.leaf(second, refusalDraft('s2'))
  layer.commit([second], { signed: [second], cosigned: note })
  layer.beginSegment()
  layer.leaf(first, refusalDraft('r3'))
  layer.commit([first])
  layer.useSigners({ active: NEXT_SIGNER })
  layer.leaf(first, refusalDraft('r4'))
  layer.leaf(second, small(effectDraft('s3', 's1')))
  layer.commit([first, second], { signed: [first, second] })
  return layer
}

/** Judging a note takes long and depends on nothing but the note: each is judged once. */
export function remembering(judge: LedgerJudge): LedgerJudge {
  const heads = new Map<string, () => ReturnType<LedgerJudge['head']>>()
  const seals = new Map<string, boolean>()
  return {
    head(note) {
      const known = heads.get(note)
      if (known !== undefined) return known()
      const judged = outcomeOf(() => judge.head(note, 0))
      heads.set(note, judged)
      return judged()
    },
    seal(bytes, signature) {
      const key = Buffer.concat([signature, bytes]).toString('latin1')
      const known = seals.get(key) ?? judge.seal(bytes, signature)
      seals.set(key, known)
      return known
    },
  }
}

function outcomeOf<T>(act: () => T): () => T {
  try {
    const value = act()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

export const SMALL_JUDGE = remembering(judgeByKeys([SAMPLE_VKEY, vkeyOf(NEXT_SIGNER)]))
