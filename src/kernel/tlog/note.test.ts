import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  SAMPLE_KEY,
  SAMPLE_ORIGIN,
  SAMPLE_VKEY,
  signedNote,
  vkeyOf,
} from '../../../test/support/sample-log.ts'
import {
  formatVerifierKey,
  logVerifierKey,
  MAX_NOTE_LENGTH,
  MAX_NOTE_SIGNATURES,
  openNote,
  parseVerifierKey,
} from './note.ts'

const KEY = parseVerifierKey(SAMPLE_VKEY)
const TEXT = 'first line\n\nthird line, žluťoučký\n'
const NOTE = signedNote(TEXT)
const LINE = NOTE.slice(TEXT.length + 1)
const OTHER = { name: 'other.example/log', key: generateKeyPairSync('ed25519').privateKey }
const OTHER_LINE = signedNote(TEXT, OTHER).slice(TEXT.length + 1)

/** A signature line with other bytes under the base64. */
const withBytes = (change: (bytes: Buffer) => Buffer) => {
  const [dash, name, encoded] = LINE.trim().split(' ')
  const bytes = change(Buffer.from(encoded ?? '', 'base64'))
  return `${TEXT}\n${dash} ${name} ${bytes.toString('base64')}\n`
}
const flip = (at: number) => (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return bytes
}

test('a note opens to its text, blank lines and all', () => {
  assert.equal(openNote(NOTE, KEY), TEXT)
})

test('signatures of unknown keys are ignored', () => {
  assert.equal(openNote(`${TEXT}\n${OTHER_LINE}${LINE}`, KEY), TEXT)
  assert.equal(openNote(`${TEXT}\n${LINE}${OTHER_LINE}`, KEY), TEXT)
})

const UNTRUSTED: Record<string, string> = {
  'another text': NOTE.replace('first', 'First'),
  'no signature of ours': `${TEXT}\n${OTHER_LINE}`,
  'our name on another key': signedNote(TEXT, { ...OTHER, name: SAMPLE_ORIGIN }),
  'our key under another name': signedNote(TEXT, { name: 'other.example/log', key: SAMPLE_KEY }),
  'another key id': withBytes(flip(0)),
  'a signature with one bit changed': withBytes(flip(40)),
  'a signature cut short': withBytes((bytes) => bytes.subarray(0, -1)),
  'a signature with a byte more': withBytes((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  'two signatures of ours': `${NOTE}${LINE}`,
}

for (const [name, note] of Object.entries(UNTRUSTED)) {
  test(`a note is not trusted with ${name}`, () => {
    assert.throws(() => openNote(note, KEY), { code: 'CHECKPOINT_UNTRUSTED' })
  })
}

const MALFORMED: Record<string, string> = {
  'nothing in it': '',
  'no signature': TEXT,
  'no signature after the blank line': `${TEXT}\n`,
  'no newline at its end': NOTE.slice(0, -1),
  'a blank line at its end': `${NOTE}\n`,
  'an empty text': `\n${LINE}`,
  'a carriage return': NOTE.replaceAll('\n', '\r\n'),
  'a tab': NOTE.replace(' line', '\tline'),
  'a control character of Latin 1': NOTE.replace(' line', '\u0085line'),
  'a lone surrogate': NOTE.replace('line', '\ud800'),
  'a hyphen for a dash': NOTE.replace('\u2014', '-'),
  'two spaces before the name': NOTE.replace('\u2014 ', '\u2014  '),
  'two spaces before the signature': NOTE.replace(`${SAMPLE_ORIGIN} `, `${SAMPLE_ORIGIN}  `),
  'a space after the signature': `${NOTE.slice(0, -1)} \n`,
  'no key name': NOTE.replace(SAMPLE_ORIGIN, ''),
  'a plus in a key name': `${NOTE}${OTHER_LINE.replace('other', 'o+her')}`,
  'a no-break space in a key name': `${NOTE}${OTHER_LINE.replace('other', 'o\u00a0her')}`,
  'base64 without padding': NOTE.replace(/=+\n$/, '\n'),
  'base64 with stray bits': NOTE.replace(/(.)=\n$/, (_, digit) => `${nextDigit(digit)}=\n`),
  'a line that is no signature': `${NOTE}hello\n`,
  'a signature with an id alone': `${TEXT}\n\u2014 x AAAAAA==\n`,
  'more signatures than the limit': NOTE + OTHER_LINE.repeat(MAX_NOTE_SIGNATURES),
  'more characters than the limit': signedNote(`${'x'.repeat(MAX_NOTE_LENGTH)}\n`),
}

/** The next digit of base64: with it the value under the padding is the same, its spelling not. */
function nextDigit(digit: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet[alphabet.indexOf(digit) + 1] ?? ''
}

for (const [name, note] of Object.entries(MALFORMED)) {
  test(`a note is malformed with ${name}`, () => {
    assert.throws(() => openNote(note, KEY), { code: 'CHECKPOINT_INVALID' })
  })
}

test('a key is written and read again', () => {
  const { name, id } = parseVerifierKey(SAMPLE_VKEY)
  assert.equal(name, SAMPLE_ORIGIN)
  assert.match(SAMPLE_VKEY, new RegExp(`^${SAMPLE_ORIGIN}\\+${id}\\+[A-Za-z0-9+/]{44}$`))
})

test('a key whose base64 holds a plus is read', () => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const vkey = vkeyOf({ ...OTHER, key: generateKeyPairSync('ed25519').privateKey })
    if (vkey.split('+').length > 3) return assert.equal(parseVerifierKey(vkey).name, OTHER.name)
  }
  assert.fail('no such key came up')
})

const [NAME = '', ID = '', BASE64 = ''] = SAMPLE_VKEY.split(/\+(.{8})\+/)
const typed = (change: (bytes: Buffer) => Buffer) =>
  `${NAME}+${ID}+${change(Buffer.from(BASE64, 'base64')).toString('base64')}`
const BAD_KEYS: Record<string, string> = {
  'nothing in it': '',
  'no name': SAMPLE_VKEY.slice(NAME.length),
  'another name': `x${SAMPLE_VKEY}`,
  'a space in its name': SAMPLE_VKEY.replace('/', ' '),
  'another id': SAMPLE_VKEY.replace(ID, '00000000'),
  'an id in capitals': SAMPLE_VKEY.replace(ID, ID.toUpperCase()),
  'a short id': SAMPLE_VKEY.replace(ID, ID.slice(1)),
  'another algorithm': typed((bytes) => Buffer.concat([Buffer.of(2), bytes.subarray(1)])),
  'a byte less': typed((bytes) => bytes.subarray(0, -1)),
  'a byte more': typed((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  'one bit changed': typed(flip(9)),
  'base64 without padding': SAMPLE_VKEY.slice(0, -1),
  'a newline after it': `${SAMPLE_VKEY}\n`,
}

for (const [name, vkey] of Object.entries(BAD_KEYS)) {
  test(`a key is refused with ${name}`, () => {
    assert.throws(() => parseVerifierKey(vkey), { code: 'VKEY_INVALID' })
  })
}

test('no key is written under a name that could not be read again', () => {
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u0085b']) {
    assert.throws(() => formatVerifierKey(name, new Uint8Array(32)), { code: 'VKEY_INVALID' })
  }
})

const TENANT_LOG = `${SAMPLE_ORIGIN}/l/0123456789abcdef`

test('the key of a node verifies its own log and those of its tenants, each under its name', () => {
  assert.equal(logVerifierKey(KEY, SAMPLE_ORIGIN), KEY)
  const derived = logVerifierKey(KEY, TENANT_LOG)
  assert.deepEqual(derived, parseVerifierKey(vkeyOf({ name: TENANT_LOG, key: SAMPLE_KEY })))
  assert.equal(openNote(signedNote(TEXT, { name: TENANT_LOG, key: SAMPLE_KEY }), derived), TEXT)
  assert.throws(() => openNote(NOTE, derived), { code: 'CHECKPOINT_UNTRUSTED' })
})

for (const origin of [
  'other.example/l/0123456789abcdef',
  `${SAMPLE_ORIGIN}er/l/0123456789abcdef`,
  `${SAMPLE_ORIGIN}/0123456789abcdef`,
  `${TENANT_LOG}0`,
  `${TENANT_LOG}\n`,
  `${SAMPLE_ORIGIN}/l/0123456789ABCDEF`,
  `${TENANT_LOG}/l/0123456789abcdef`,
  '',
]) {
  test(`the key of a node is none of the log ${JSON.stringify(origin)}`, () => {
    assert.throws(() => logVerifierKey(KEY, origin), { code: 'CHECKPOINT_UNTRUSTED' })
  })
}
