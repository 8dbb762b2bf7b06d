import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SAMPLE_VKEY, subtreesOf } from '../../../test/support/sample-log.ts'
import {
  SAMPLE_POLICY,
  SAMPLE_POST_QUANTUM,
  SAMPLE_WITNESSES,
  sampleNode,
} from '../../../test/support/sample-node.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { sampleCosigner } from '../../../test/support/sample-witness.ts'
import { codeOf } from '../errors.ts'
import { type DemandTexts, demandsCheck, keysCheck } from '../receipt/read-trust.ts'
import { receiptCheck, type VerifiedReceipt } from '../receipt/verify-receipt.ts'
import { leafHash } from '../tlog/hash.ts'
import { consistencyProof, rootAt } from '../tlog/proof.ts'
import { consistencyCheck } from '../tlog/proof-checks.ts'
import { now } from './answer-now.ts'
import { inTime } from './answer-web.ts'
import { type Check, isSigned, sha256 } from './check.ts'

test('a check comes to the same at once and in time', async () => {
  const size = fc.integer({ min: 0, max: 40 })
  await fc.assert(
    fc.asyncProperty(size, size, fc.integer({ min: 0, max: 63 }), async (one, other, spoilt) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const read = subtreesOf(Array.from({ length: to }, (_, at) => leafHash(Buffer.of(at))))
      const older = { size: from, root: rootAt(from, read) }
      // Half of the roots are altered in one bit.
      const root = rootAt(to, read).map((byte, at) => (at === spoilt ? byte ^ 1 : byte))
      const proof = consistencyProof(from, to, read)
      const check = () => consistencyCheck(older, { size: to, root }, proof)
      assert.equal(await inTime(check()), now(check()))
    }),
    { numRuns: 60 },
  )
})

/** Carries a check out as a platform does that has no ML-DSA. */
function withoutPostQuantum<T>(check: Check<T>): T {
  let step = check.next()
  while (!step.done) {
    const question = step.value
    if (question.kind === 'digest') step = check.next(now(sha256(question.data)))
    else if (question.algorithm === 'Ed25519') step = check.next(now(isSigned(question)))
    else step = check.next(undefined)
  }
  return step.value
}

const QUANTUM_WITNESS = sampleCosigner('ml-dsa-44', 'three.example/witness', '06')
const COSIGNERS = [SAMPLE_POST_QUANTUM, ...SAMPLE_WITNESSES, QUANTUM_WITNESS]
const FILE = sampleNode([refusalDraft('a')], { cosigners: COSIGNERS }).portable(0)
const SECOND_ONLY = FILE.replace(/\\n\u2014 portcullis\.example\/test [A-Za-z0-9+/]{91}=/u, '')

function* verified(file: string, demands: DemandTexts): Check<VerifiedReceipt> {
  const trust = yield* keysCheck(`${SAMPLE_VKEY}\n${SAMPLE_POST_QUANTUM.vkey}`)
  return yield* receiptCheck(file, trust, yield* demandsCheck(demands))
}

const WITH_THIRD = `witness w2 ${QUANTUM_WITNESS.vkey}\n${SAMPLE_POLICY}`

/** What is asked for, and what it comes to with ML-DSA and without. */
const CASES: readonly (readonly [
  what: string,
  file: string,
  demands: DemandTexts,
  codes: string,
])[] = [
  ['Ed25519', FILE, { hybrid: 'classical' }, 'holds holds'],
  ['one of two signatures', FILE, { hybrid: 'either' }, 'holds holds'],
  ['one of two, the other alone', SECOND_ONLY, { hybrid: 'either' }, 'holds ALGORITHM_UNSUPPORTED'],
  ['both signatures', FILE, { hybrid: 'both' }, 'holds ALGORITHM_UNSUPPORTED'],
  ['a quorum of others', FILE, { witnesses: WITH_THIRD }, 'holds holds'],
  [
    ...(['a witness with ML-DSA', FILE] as const),
    { witnesses: `witness w2 ${QUANTUM_WITNESS.vkey}\nquorum w2\n` },
    'holds QUORUM_UNMET',
  ],
]

for (const [what, file, demands, codes] of CASES) {
  test(`with ML-DSA and without, ${what} comes to ${codes}`, () => {
    const found = [now, withoutPostQuantum].map((answer) => {
      try {
        answer(verified(file, demands))
        return 'holds'
      } catch (error) {
        return codeOf(error)
      }
    })
    assert.equal(found.join(' '), codes)
  })
}
