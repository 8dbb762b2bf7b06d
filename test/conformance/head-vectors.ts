/** Vectors of a tenant's receipts: with `head`, under retired keys, ML-DSA-44 and witnesses. */
import { formatPortable, parsePortable } from '../../src/kernel/receipt/portable.ts'
import { newKey } from '../../src/kernel/trust/key-record.ts'
import { advance } from '../../src/kernel/trust/key-states.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, vkeyOf } from '../support/sample-log.ts'
import {
  SAMPLE_POLICY,
  SAMPLE_POST_QUANTUM,
  SAMPLE_WITNESSES,
  sampleNode,
} from '../support/sample-node.ts'
import { keyNamed, sampleRoot, signedTrust } from '../support/trust-history.ts'
import { replaced, withSignatureBitFlipped } from './altered-text.ts'
import { VECTOR_RECEIPTS } from './vector-receipts.ts'

/** What a vector is verified by, beside `ledger.vkey`. */
export interface Asked {
  readonly keys?: string
  readonly trust?: string
  readonly roots?: readonly string[]
  readonly pq?: 'classical' | 'either' | 'both'
  readonly witnesses?: string
}

const SAMPLE_ROOT = sampleRoot('root')
const DRAFTS = VECTOR_RECEIPTS.slice(0, 5).map(([, draft]) => draft)
const NODE = sampleNode(DRAFTS, { cosigners: SAMPLE_WITNESSES })
const BARE = sampleNode(DRAFTS)
const TENANT_FILE = BARE.portable(2)
const WITNESSED_FILE = NODE.portable(2)
const [ONE_WITNESS] = SAMPLE_WITNESSES
const HALF_FILE = sampleNode(DRAFTS, { cosigners: [ONE_WITNESS] }).portable(2)
const POLICY = 'witnesses.policy'
const KEYS = 'ledger.vkeys'
const RETIRED = { trust: 'trust-retired.json', roots: [SAMPLE_ROOT.root.id] }
const EARLY = { trust: 'trust-retired-early.json', roots: [SAMPLE_ROOT.root.id] }

/** Receipts of a tenant, with `head`, and what they are verified by beside the key. */
export function headVectors(hybrid: string, badHybrid: string) {
  const headless = formatPortable({
    ...parsePortable(TENANT_FILE),
    head: parsePortable(TENANT_FILE).proof,
  })
  return {
    held: [
      ['head.json', TENANT_FILE, {}],
      ['witnessed.json', WITNESSED_FILE, { witnesses: POLICY }],
      ['head.json', TENANT_FILE, RETIRED],
      ['hybrid.json', hybrid, { keys: KEYS, pq: 'both' }],
      ['hybrid.json', hybrid, { keys: KEYS, pq: 'either' }],
    ] as readonly (readonly [string, string, Asked])[],
    bad: [
      {
        ...{ file: 'bad-head.json', code: 'CHECKPOINT_UNTRUSTED', content: headless, asked: {} },
        why: 'the second proof leads into the log of the tenant once more',
      },
      {
        ...{ file: 'bad-head-index.json', code: 'PROOF_INVALID', asked: {} },
        why: 'the head of the tenant is another leaf of the log of the node',
        content: replaced(TENANT_FILE, 'index 3', 'index 4'),
      },
      {
        ...{ file: 'bad-quorum.json', code: 'QUORUM_UNMET', asked: { witnesses: POLICY } },
        ...{ why: 'one of two witnesses cosigned', content: HALF_FILE },
      },
      {
        ...{ file: 'bad-retired.json', code: 'KEY_RETIRED', content: WITNESSED_FILE, asked: EARLY },
        why: 'the key had been retired before the log of the node was that long',
      },
      {
        ...{ file: 'bad-hybrid.json', code: 'CHECKPOINT_UNTRUSTED', content: badHybrid },
        ...{
          why: 'one bit of the ML-DSA-44 signature is flipped',
          asked: { keys: KEYS, pq: 'both' },
        },
      },
      {
        ...{
          file: 'bad-hybrid-alone.json',
          code: 'CHECKPOINT_NOT_HYBRID',
          content: WITNESSED_FILE,
        },
        ...{ why: 'there is no ML-DSA-44 signature', asked: { keys: KEYS, pq: 'both' } },
      },
    ] as readonly { file: string; code: string; why: string; content: string; asked: Asked }[],
  }
}

/** The files that these vectors are verified by. */
export function headTrust(): readonly (readonly [name: string, content: string])[] {
  const { head } = NODE.node
  return [
    [KEYS, `${SAMPLE_VKEY}\n${SAMPLE_POST_QUANTUM.vkey}\n`],
    [POLICY, SAMPLE_POLICY],
    [RETIRED.trust, retiredAt(head)],
    [EARLY.trust, retiredAt({ ...head, size: head.size - 1 })],
  ]
}

/** A node whose key signed up to this size, and was then retired. */
function retiredAt(head: { readonly size: number; readonly root: Uint8Array }): string {
  const notBefore = '2026-01-01T00:00:00.000Z'
  const final = { size: head.size, root: Buffer.from(head.root).toString('base64') }
  const before = newKey(SAMPLE_VKEY, { notBefore, firstSize: 0 })
  const retired = advance(advance(before, { kind: 'succeed' }), { kind: 'retire', final })
  const vkey = vkeyOf({ name: SAMPLE_ORIGIN, key: keyNamed('next') })
  return signedTrust(
    {
      ...{ type: 'portcullis-trust', v: 1, version: 1, issued: notBefore },
      expires: '2999-01-01T00:00:00.000Z',
      roots: { threshold: 1, keys: [SAMPLE_ROOT.root] },
      logs: [{ origin: SAMPLE_ORIGIN, tenants: `${SAMPLE_ORIGIN}/l/` }],
      keys: [retired, newKey(vkey, { notBefore, firstSize: head.size })],
    },
    [SAMPLE_ROOT],
  )
}

/** The receipt under both kinds of keys, and one of them flipped. */
export function signHybrid(): ReadonlyMap<string, string> {
  const signed = sampleNode(DRAFTS, { cosigners: [SAMPLE_POST_QUANTUM] })
  const hybrid = signed.portable(2)
  const { head: proof = '', ...rest } = parsePortable(hybrid)
  const bad = formatPortable({ ...rest, head: withSignatureBitFlipped(proof) })
  return new Map([
    ['hybrid.json', hybrid],
    ['bad-hybrid.json', bad],
  ])
}
