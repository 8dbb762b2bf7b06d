import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, signedNote } from '../../../test/support/sample-log.ts'
import { cosignatureLine, sampleCosigner } from '../../../test/support/sample-witness.ts'
import type { ErrorCode } from '../errors.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { leafHash } from './hash.ts'
import { HYBRID_POLICIES, type HybridPolicy, openHybridCheckpoint } from './hybrid.ts'
import { parseVerifierKey } from './note.ts'

const QUANTUM = sampleCosigner('ml-dsa-44', SAMPLE_ORIGIN, '02')
const KEYS = { classical: parseVerifierKey(SAMPLE_VKEY), postQuantum: QUANTUM.key }
const TEXT = formatCheckpoint({ origin: SAMPLE_ORIGIN, size: 3, root: leafHash(Buffer.from('x')) })
const CLASSICAL = signedNote(TEXT)
const LINE = cosignatureLine(CLASSICAL, QUANTUM)
const WRONG_LINE = cosignatureLine(signedNote(TEXT.replace('3', '4')), QUANTUM)
const WRONG_CLASSICAL = CLASSICAL.replace(/.....=\n$/, 'AAAAA=\n')
const QUANTUM_ALONE = `${TEXT}\n${LINE}`
const OTHER = sampleCosigner('ed25519', 'x.example', '03')
const STRANGER = `${TEXT}\n${cosignatureLine(CLASSICAL, OTHER)}`

type Expected = 'classical' | 'post-quantum' | 'classical,post-quantum' | ErrorCode

const NO = 'CHECKPOINT_UNTRUSTED'
const CASES: Record<string, { note: string } & Record<HybridPolicy, Expected>> = {
  'both signatures': {
    note: CLASSICAL + LINE,
    ...{ classical: 'classical', either: 'classical,post-quantum', both: 'classical,post-quantum' },
  },
  'Ed25519 alone': {
    note: CLASSICAL,
    ...{ classical: 'classical', either: 'classical', both: 'CHECKPOINT_NOT_HYBRID' },
  },
  'ML-DSA-44 alone': {
    note: QUANTUM_ALONE,
    ...{ classical: NO, either: 'post-quantum', both: 'CHECKPOINT_NOT_HYBRID' },
  },
  neither: { note: STRANGER, classical: NO, either: NO, both: NO },
  'a wrong ML-DSA-44 signature': {
    note: CLASSICAL + WRONG_LINE,
    ...{ classical: 'classical', either: NO, both: NO },
  },
  'a wrong Ed25519 signature': {
    note: WRONG_CLASSICAL + LINE,
    ...{ classical: NO, either: NO, both: NO },
  },
}

for (const [what, { note, ...expected }] of Object.entries(CASES)) {
  for (const policy of HYBRID_POLICIES) {
    test(`${policy}: a head with ${what} comes to ${expected[policy]}`, () => {
      const open = () => openHybridCheckpoint(note, KEYS, policy)
      const code = expected[policy]
      if (/^[A-Z_]+$/.test(code)) return assert.throws(open, { code })
      assert.equal(open().signedBy.join(), code)
      assert.equal(open().checkpoint.size, 3)
    })
  }
}

test('two Ed25519 keys are no hybrid', () => {
  const second = sampleCosigner('ed25519', SAMPLE_ORIGIN, '04')
  const note = CLASSICAL + cosignatureLine(CLASSICAL, second)
  const keys = { ...KEYS, postQuantum: second.key }
  assert.throws(() => openHybridCheckpoint(note, keys, 'both'), { code: 'VKEY_INVALID' })
})

test('a witness cannot stand in for the log', () => {
  const witness = sampleCosigner('ml-dsa-44', 'witness.example', '05')
  const note = CLASSICAL + cosignatureLine(CLASSICAL, witness)
  const keys = { ...KEYS, postQuantum: witness.key }
  assert.throws(() => openHybridCheckpoint(note, keys, 'both'), { code: 'VKEY_INVALID' })
})

test('both cannot be asked for with one key', () => {
  const { classical } = KEYS
  assert.throws(() => openHybridCheckpoint(CLASSICAL, { classical }, 'both'), {
    code: 'VKEY_INVALID',
  })
  assert.deepEqual(openHybridCheckpoint(CLASSICAL, { classical }, 'either').signedBy, ['classical'])
})
