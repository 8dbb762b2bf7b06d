/**
 * Makes `docs/spec/receipt-vectors`: one signed log, its receipts as files, and altered ones.
 *
 *   node test/conformance/make-receipt-vectors.ts [--sign]
 */
import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { formatPortable, parsePortable } from '../../src/kernel/receipt/portable.ts'
import { verifyPortableReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import { leafHashOfText } from '../../src/kernel/tlog/hash.ts'
import {
  logOf,
  SAMPLE_ORIGIN,
  SAMPLE_SIGNER,
  SAMPLE_VKEY,
  sampleLog,
} from '../support/sample-log.ts'
import { replaced, withSignatureBitFlipped } from './altered-text.ts'
import { type Asked, headTrust, headVectors, signHybrid } from './head-vectors.ts'
import { VECTOR_RECEIPTS } from './vector-receipts.ts'

const VECTORS = new URL('../../docs/spec/receipt-vectors/', import.meta.url)

/** Files that are written by hand: each holds values and what they come to. */
export const WRITTEN_BY_HAND = ['canonical.json', 'payload-digest.json']

/** ML-DSA-44 signs differently each time: these are made once, by `--sign` anew. */
export const SIGNED_ONCE = ['hybrid.json', 'bad-hybrid.json']

const DRAFTS = VECTOR_RECEIPTS.map(([, draft]) => draft)
const LOG = sampleLog(DRAFTS)
const [FIRST_LEAF = '', LEAF = ''] = LOG.leaves
const FILE = LOG.portable(1)
const { proof: PROOF } = parsePortable(FILE)

/** The private key of RFC 8032 section 7.1, test 2. */
const STRANGER = {
  name: SAMPLE_ORIGIN,
  key: createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex'),
    ]),
    format: 'der',
    type: 'pkcs8',
  }),
}

const withProof = (proof: string) => formatPortable({ receipt: LEAF, proof })
const altered = (found: string | RegExp, by: string) => withProof(replaced(PROOF, found, by))
const OTHER_HASH = leafHashOfText('')
const lines = PROOF.split('\n')
const [head = '', checkpoint = ''] = PROOF.split('\n\n')

/** What is wrong with each file that is refused, and its code. */
const REFUSED: readonly (readonly [name: string, code: string, why: string, file: string])[] = [
  [
    ...(['receipt-bit', 'PROOF_INVALID', 'one bit of the receipt is flipped'] as const),
    replaced(FILE, '\\"sales\\",\\"kind', '\\"rales\\",\\"kind'),
  ],
  ['index', 'PROOF_INVALID', 'the proof is for another index', altered('index 1', 'index 2')],
  [
    'path',
    'PROOF_INVALID',
    'one hash of the proof is altered',
    altered(lines[2] ?? '', OTHER_HASH),
  ],
  [
    ...(['path-short', 'PROOF_INVALID', 'one hash of the proof is left out'] as const),
    altered(`${lines[2]}\n`, ''),
  ],
  [
    ...(['path-long', 'PROOF_INVALID', 'the proof has a hash too many'] as const),
    altered('\n\n', `\n${OTHER_HASH}\n\n`),
  ],
  [
    ...(['size', 'CHECKPOINT_UNTRUSTED', 'the size in the checkpoint is altered'] as const),
    altered(`\n${DRAFTS.length}\n`, `\n${DRAFTS.length + 1}\n`),
  ],
  [
    ...(['size-zero', 'CHECKPOINT_UNTRUSTED', 'the size has a leading zero'] as const),
    altered(`\n${DRAFTS.length}\n`, `\n0${DRAFTS.length}\n`),
  ],
  [
    ...(['signature', 'CHECKPOINT_UNTRUSTED', 'one bit of the signature is flipped'] as const),
    withProof(withSignatureBitFlipped(PROOF)),
  ],
  [
    ...(['key-name', 'CHECKPOINT_UNTRUSTED', 'the signature is under another key name'] as const),
    altered(`— ${SAMPLE_ORIGIN} `, '— other.example/log '),
  ],
  [
    ...(['no-signature', 'CHECKPOINT_INVALID', 'there is no signature'] as const),
    withProof(`${head}\n\n${checkpoint}\n\n`),
  ],
  [
    ...(['signer', 'CHECKPOINT_UNTRUSTED'] as const),
    'a stranger signed it under the name of the log',
    sampleLog(DRAFTS, STRANGER).portable(1),
  ],
  [
    ...(['log', 'CHECKPOINT_UNTRUSTED', 'another log signed it, with the same key'] as const),
    sampleLog(DRAFTS, { ...SAMPLE_SIGNER, name: 'other.example/log' }).portable(1),
  ],
  [
    ...(['extra', 'PROOF_INVALID'] as const),
    'the proof has an `extra` line, which nothing authenticates',
    altered('\nindex', '\nextra AAAA\nindex'),
  ],
  [
    ...(['extension', 'CHECKPOINT_UNTRUSTED', 'the checkpoint has an extension line'] as const),
    altered('\n\n—', '\nextension\n\n—'),
  ],
  [
    ...(['white-space', 'RECEIPT_INVALID', 'the file is not in canonical form'] as const),
    replaced(FILE, '","receipt":', '", "receipt":'),
  ],
  [
    ...(['member-twice', 'RECEIPT_INVALID', 'a member of the file is there twice'] as const),
    replaced(FILE, '{"proof":', '{"proof":"","proof":'),
  ],
  ['no-newline', 'RECEIPT_INVALID', 'the file does not end in a newline', FILE.trimEnd()],
  [
    ...(['signed-place', 'RECEIPT_INVALID'] as const),
    'the signed receipt names another place than the proof',
    logOf([LEAF]).portable(0),
  ],
  [
    ...(['signed-form', 'RECEIPT_INVALID', 'what was signed is not in canonical form'] as const),
    logOf([replaced(FIRST_LEAF, ',', ', ')]).portable(0),
  ],
  [
    ...([
      'signed-kind',
      'RECEIPT_INVALID',
      'what was signed has a kind that there is not',
    ] as const),
    logOf([replaced(FIRST_LEAF, '"kind":"lifecycle"', '"kind":"other"')]).portable(0),
  ],
]

function holding(file: string, content: string, asked: Asked = {}) {
  const { receipt, checkpoint } = verifyPortableReceipt(content, SAMPLE_VKEY)
  return {
    ...{ file, holds: true, ...asked, id: receipt.id, index: receipt.seq, size: checkpoint.size },
    leafHash: leafHashOfText(parsePortable(content).receipt),
    root: Buffer.from(checkpoint.root).toString('base64'),
  }
}

/** Every file that is made, by its name. */
export function receiptVectors(once = signedOnce()): ReadonlyMap<string, string> {
  const good = VECTOR_RECEIPTS.map(([name], at) => [`${name}.json`, LOG.portable(at)] as const)
  const alone = ['alone.json', sampleLog(DRAFTS.slice(0, 1)).portable(0)] as const
  const heads = headVectors(once.get('hybrid.json') ?? '', once.get('bad-hybrid.json') ?? '')
  const held = [...good, alone]
  const bad = REFUSED.map(([name, code, why, content]) => {
    return { file: `bad-${name}.json`, code, why, content, asked: {} }
  })
  const refused = [...bad, ...heads.bad]
  const index = [
    ...held.map(([file, content]) => holding(file, content)),
    ...heads.held.map(([file, content, asked]) => holding(file, content, asked)),
    ...refused.map(({ file, code, why, asked }) => ({ file, holds: false, ...asked, code, why })),
  ]
  return new Map([
    ...held,
    ...heads.held.map(([file, content]) => [file, content] as const),
    ...refused.map(({ file, content }) => [file, content] as const),
    ['index.json', `${JSON.stringify(index, null, 2)}\n`],
    ['ledger.vkey', `${SAMPLE_VKEY}\n`],
    ...headTrust(),
  ])
}

function signedOnce(): ReadonlyMap<string, string> {
  return new Map(SIGNED_ONCE.map((name) => [name, readFileSync(new URL(name, VECTORS), 'utf8')]))
}

if (import.meta.main) {
  const vectors = receiptVectors(process.argv.includes('--sign') ? signHybrid() : signedOnce())
  for (const name of readdirSync(VECTORS)) {
    if (!vectors.has(name) && !WRITTEN_BY_HAND.includes(name)) rmSync(new URL(name, VECTORS))
  }
  for (const [name, content] of vectors) writeFileSync(new URL(name, VECTORS), content)
}
