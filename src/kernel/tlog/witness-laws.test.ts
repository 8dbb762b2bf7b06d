import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SAMPLE_VKEY, subtreesOf } from '../../../test/support/sample-log.ts'
import { sampleCosigner } from '../../../test/support/sample-witness.ts'
import { PortcullisError } from '../errors.ts'
import { judgeAdvance, openSubmission, parseAddCheckpoint } from './add-checkpoint.ts'
import { parseCosignerKey } from './cosignature.ts'
import { leafHash } from './hash.ts'
import { parseLogKey } from './log-key.ts'
import { consistencyProof, rootAt } from './proof.ts'
import { isQuorum } from './quorum.ts'
import { formatWitnessPolicy, parseWitnessPolicy } from './witness-policy.ts'

const WITNESSES = Array.from({ length: 6 }, (_, index) => ({
  name: `w${index}`,
  vkey: sampleCosigner('ed25519', `w${index}.example`, `0${index + 1}`).vkey,
}))

/** A policy of up to six witnesses, in groups that may have groups as members. */
const policyText = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.tuple(fc.nat(3), fc.nat(9)), { maxLength: 4 }))
  .map(([count, groups]) => {
    const known = WITNESSES.slice(0, count)
    const lines = known.map(({ name, vkey }) => `witness ${name} ${vkey}`)
    let free = known.map(({ name }) => name)
    for (const [index, [size, threshold]] of groups.entries()) {
      const members = free.slice(0, size + 1)
      if (members.length === 0) break
      lines.push(`group g${index} ${1 + (threshold % members.length)} ${members.join(' ')}`)
      free = [...free.slice(size + 1), `g${index}`]
    }
    return `${lines.join('\n')}\nquorum ${free.at(-1)}\n`
  })

test('law: a policy that is written and read again asks for the same', () => {
  fc.assert(
    fc.property(policyText, fc.subarray(WITNESSES), (text, cosigned) => {
      const policy = parseWitnessPolicy(text)
      const again = parseWitnessPolicy(formatWitnessPolicy(policy))
      const names = new Set(cosigned.map(({ name }) => name))
      assert.equal(isQuorum(names, again), isQuorum(names, policy))
    }),
  )
})

test('law: one witness more never unmakes a quorum, and nobody is none', () => {
  fc.assert(
    fc.property(policyText, fc.subarray(WITNESSES), fc.nat(5), (text, cosigned, more) => {
      const policy = parseWitnessPolicy(text)
      const names = cosigned.map(({ name }) => name)
      const before = isQuorum(new Set(names), policy)
      assert.ok(!before || isQuorum(new Set([...names, `w${more}`]), policy))
      assert.ok(!isQuorum(new Set(), policy))
    }),
  )
})

const LEAVES = 40
const READ = subtreesOf(Array.from({ length: LEAVES }, (_, index) => leafHash(Buffer.of(index))))
const head = (size: number) => ({ size, root: rootAt(size, READ) })

test('law: no proof that was changed lets a witness advance', () => {
  const sizes = fc.integer({ min: 1, max: LEAVES })
  fc.assert(
    fc.property(fc.tuple(sizes, sizes), fc.nat(), fc.nat(255), ([a, b], at, bit) => {
      const [oldSize, size] = [Math.min(a, b), Math.max(a, b)]
      const proof = consistencyProof(oldSize, size, READ).map((hash) => Uint8Array.from(hash))
      const hash = proof[at % Math.max(1, proof.length)]
      fc.pre(hash !== undefined)
      const byte = bit >> 3
      hash[byte] = (hash[byte] ?? 0) ^ (1 << (bit & 7))
      assert.throws(() => judgeAdvance({ oldSize, proof }, head(size), head(oldSize)), {
        code: 'WITNESS_INCONSISTENT',
      })
    }),
  )
})

const PIECES = ['old 0', '\n', '\n\n', 'witness w ', SAMPLE_VKEY, 'quorum none', '+', ' ', '\u2014']
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary' })))
  .map((parts) => parts.join(''))

test('law: whatever a stranger sends fails with a code, if it fails', () => {
  const logs = [parseLogKey(SAMPLE_VKEY)]
  const readers = [
    (text: string) => openSubmission(parseAddCheckpoint(text), logs),
    (text: string) => parseWitnessPolicy(text),
    (text: string) => parseCosignerKey(text),
    (text: string) => parseLogKey(text),
  ]
  fc.assert(
    fc.property(anyText, (text) => {
      for (const read of readers) {
        try {
          read(text)
        } catch (error) {
          assert.ok(error instanceof PortcullisError && error.code !== 'INTERNAL', `${error}`)
        }
      }
    }),
  )
})
