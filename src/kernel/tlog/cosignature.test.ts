import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, signedNote } from '../../../test/support/sample-log.ts'
import {
  cosignatureLine,
  SAMPLE_TIME,
  sampleCosigner,
} from '../../../test/support/sample-witness.ts'
import { encodeBase64 } from './base64.ts'
import { formatCheckpoint } from './checkpoint.ts'
import {
  cosignedAt,
  cosignedMessage,
  formatCosignature,
  formatCosignerKey,
  parseCosignerKey,
} from './cosignature.ts'
import { leafHash } from './hash.ts'
import { openNote, parseNote, parseVerifierKey } from './note.ts'

const ROOT = leafHash(Buffer.from('x'))
const NOTE = signedNote(formatCheckpoint({ origin: SAMPLE_ORIGIN, size: 12, root: ROOT }))
const COSIGNERS = {
  ed25519: sampleCosigner('ed25519', 'witness.example/w1', '01'),
  'ml-dsa-44': sampleCosigner('ml-dsa-44', 'witness.example/w1', '01'),
}

/** A line with other bytes under its base64. */
const changed = (line: string, change: (bytes: Buffer) => Buffer) => {
  const [dash, name, encoded = ''] = line.trim().split(' ')
  return `${dash} ${name} ${change(Buffer.from(encoded, 'base64')).toString('base64')}\n`
}
const flip = (at: number) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
  return copy
}

for (const cosigner of Object.values(COSIGNERS)) {
  const { algorithm } = cosigner.key
  const line = cosignatureLine(NOTE, cosigner)
  const at = (note: string) => cosignedAt(parseNote(note), cosigner.key)

  test(`${algorithm}: a cosignature says when it was made`, () => {
    assert.equal(at(NOTE + line), SAMPLE_TIME)
    assert.equal(at(NOTE + cosignatureLine(NOTE, cosigner, 0)), 0)
    assert.equal(at(NOTE), undefined)
  })

  test(`${algorithm}: whoever knows only the log's key reads past it`, () => {
    assert.equal(openNote(NOTE + line, parseVerifierKey(SAMPLE_VKEY)), parseNote(NOTE).text)
  })

  const other = signedNote(formatCheckpoint({ origin: SAMPLE_ORIGIN, size: 13, root: ROOT }))
  const beyond = Buffer.alloc(8)
  beyond.writeBigUInt64BE(2n ** 53n)
  const wrong: Record<string, string> = {
    'another checkpoint': other + line,
    'another time': NOTE + changed(line, flip(11)),
    'one bit changed': NOTE + changed(line, flip(40)),
    'a byte less': NOTE + changed(line, (bytes) => bytes.subarray(0, -1)),
    'a byte more': NOTE + changed(line, (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
    'no signature behind the time': NOTE + changed(line, (bytes) => bytes.subarray(0, 12)),
    'half a time': NOTE + changed(line, (bytes) => bytes.subarray(0, 8)),
    'a time beyond exact integers':
      NOTE +
      changed(line, (bytes) => Buffer.concat([bytes.subarray(0, 4), beyond, bytes.subarray(12)])),
    'itself once more': NOTE + line + line,
  }
  for (const [what, note] of Object.entries(wrong)) {
    test(`${algorithm}: a cosignature is wrong with ${what}`, () => {
      assert.throws(() => at(note), { code: 'CHECKPOINT_UNTRUSTED' })
    })
  }

  test(`${algorithm}: a key is written and read again, and the id is of its type`, () => {
    assert.equal(formatCosignerKey(algorithm, cosigner.key.name, cosigner.key.raw), cosigner.vkey)
    assert.equal(parseCosignerKey(cosigner.vkey).id, cosigner.vkey.split('+')[1])
    assert.throws(() => parseVerifierKey(cosigner.vkey), { code: 'VKEY_INVALID' })
  })

  const [name = '', , ...rest] = cosigner.vkey.split('+')
  const bad: Record<string, string> = {
    'another id': cosigner.vkey.replace(cosigner.key.id, '00000000'),
    'another name': `x${cosigner.vkey}`,
    'a byte less': formatted(name, Buffer.from(rest.join('+'), 'base64').subarray(0, -1)),
    'a byte more': formatted(name, Buffer.from(`${rest.join('+')}AA`, 'base64')),
    'the type of a note key': SAMPLE_VKEY,
    'a type that nobody assigned': formatted(name, Buffer.of(7, ...cosigner.key.raw)),
  }
  for (const [what, vkey] of Object.entries(bad)) {
    test(`${algorithm}: a key is refused with ${what}`, () => {
      assert.throws(() => parseCosignerKey(vkey), { code: 'VKEY_INVALID' })
    })
  }

  test(`${algorithm}: a name longer than a byte counts has no key`, () => {
    const long = 'n'.repeat(256)
    assert.throws(() => formatCosignerKey(algorithm, long, cosigner.key.raw), {
      code: 'VKEY_INVALID',
    })
  })
}

/** A vkey of any bytes, with an id that may not be its own. */
function formatted(name: string, typed: Uint8Array): string {
  return `${name}+00000000+${encodeBase64(typed)}`
}

test('a cosignature of one kind is nothing to a key of the other', () => {
  const line = cosignatureLine(NOTE, COSIGNERS.ed25519)
  assert.equal(cosignedAt(parseNote(NOTE + line), COSIGNERS['ml-dsa-44'].key), undefined)
})

test('only ML-DSA-44 commits to the name of who signs', () => {
  const text = parseNote(NOTE).text
  const of = (algorithm: 'ed25519' | 'ml-dsa-44', name: string) =>
    Buffer.from(cosignedMessage({ algorithm, name }, text, 1))
  assert.ok(of('ed25519', 'a.example').equals(of('ed25519', 'b.example')))
  assert.ok(!of('ml-dsa-44', 'a.example').equals(of('ml-dsa-44', 'b.example')))
})

test('what ML-DSA-44 would not cover is not signed with it', () => {
  const { key } = COSIGNERS['ml-dsa-44']
  const text = `${parseNote(NOTE).text}extension\n`
  assert.throws(() => cosignedMessage(key, text, 1), { code: 'CHECKPOINT_INVALID' })
  const long = formatCheckpoint({ origin: 'o'.repeat(256), size: 12, root: ROOT })
  assert.throws(() => cosignedMessage(key, long, 1), { code: 'CHECKPOINT_INVALID' })
})

/**
 * Made from the text of the specification by `@noble/post-quantum` 0.7.1, whose message was put
 * together by hand; it also verified a signature of Node's own over the same bytes.
 */
const VECTOR: {
  seed: string
  name: string
  origin: string
  size: number
  root: string
  timestamp: number
  vkey: string
  message: string
  line: string
} = JSON.parse(
  readFileSync(
    new URL('../../../test/conformance/cosignature-vectors/ml-dsa-44.json', import.meta.url),
    'utf8',
  ),
)

test('another implementation makes the same key, the same message and a line that verifies', () => {
  const { key, vkey } = sampleCosigner('ml-dsa-44', VECTOR.name, VECTOR.seed)
  const text = formatCheckpoint({ ...VECTOR, root: Buffer.from(VECTOR.root, 'base64') })
  assert.equal(vkey, VECTOR.vkey)
  const message = cosignedMessage(key, text, VECTOR.timestamp)
  assert.equal(Buffer.from(message).toString('hex'), VECTOR.message)
  assert.equal(cosignedAt(parseNote(`${text}\n${VECTOR.line}`), key), VECTOR.timestamp)
})

test('the line is name, id, time and signature', () => {
  const line = formatCosignature({ name: 'w.example', id: '0a0b0c0d' }, 258, Buffer.of(9))
  assert.equal(
    line,
    `\u2014 w.example ${Buffer.from('0a0b0c0d000000000000010209', 'hex').toString('base64')}\n`,
  )
})
