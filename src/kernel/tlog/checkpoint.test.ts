import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, signedNote } from '../../../test/support/sample-log.ts'
import { formatCheckpoint, openCheckpoint, parseCount } from './checkpoint.ts'
import { EMPTY_ROOT, leafHash } from './hash.ts'
import { parseVerifierKey } from './note.ts'

const KEY = parseVerifierKey(SAMPLE_VKEY)
const CHECKPOINT = {
  origin: SAMPLE_ORIGIN,
  size: 12,
  root: new Uint8Array(leafHash(Buffer.from('x'))),
}
const TEXT = formatCheckpoint(CHECKPOINT)

test('a checkpoint is three lines', () => {
  const root = Buffer.from(CHECKPOINT.root).toString('base64')
  assert.equal(TEXT, `${SAMPLE_ORIGIN}\n12\n${root}\n`)
})

test('a signed checkpoint opens to what was signed', () => {
  assert.deepEqual(openCheckpoint(signedNote(TEXT), KEY), CHECKPOINT)
  const empty = { origin: SAMPLE_ORIGIN, size: 0, root: new Uint8Array(EMPTY_ROOT) }
  assert.deepEqual(openCheckpoint(signedNote(formatCheckpoint(empty)), KEY), empty)
})

const MALFORMED: Record<string, string> = {
  'another origin': TEXT.replace(SAMPLE_ORIGIN, 'other.example/log'),
  'no origin': TEXT.replace(SAMPLE_ORIGIN, ''),
  'a leading zero': TEXT.replace('12', '012'),
  'a sign': TEXT.replace('12', '+12'),
  'a negative size': TEXT.replace('12', '-12'),
  'a fraction': TEXT.replace('12', '1.0'),
  'an exponent': TEXT.replace('12', '1e3'),
  'a size that is no exact integer': TEXT.replace('12', '9007199254740993'),
  'no size': TEXT.replace('12\n', ''),
  'a short root': `${SAMPLE_ORIGIN}\n12\n${Buffer.alloc(31).toString('base64')}\n`,
  'a long root': `${SAMPLE_ORIGIN}\n12\n${Buffer.alloc(33).toString('base64')}\n`,
  'a root without padding': TEXT.replace('=', ''),
  'an extension line': `${TEXT}extension\n`,
  'a space after the size': TEXT.replace('12', '12 '),
  'leaves in the empty tree': TEXT.replace('12', '0'),
}

for (const [name, text] of Object.entries(MALFORMED)) {
  test(`a checkpoint is refused with ${name}, even signed`, () => {
    assert.throws(() => openCheckpoint(signedNote(text), KEY), { code: 'CHECKPOINT_INVALID' })
  })
}

test('an unsigned checkpoint is refused', () => {
  assert.throws(() => openCheckpoint(TEXT, KEY), { code: 'CHECKPOINT_INVALID' })
})

test('a count is decimal, exact and spelt in one way', () => {
  assert.equal(parseCount('0'), 0)
  assert.equal(parseCount('9007199254740991'), Number.MAX_SAFE_INTEGER)
  for (const text of ['', '00', '01', '9007199254740992', '1_000', '0x10', ' 1', '١']) {
    assert.equal(parseCount(text), undefined, text)
  }
})
