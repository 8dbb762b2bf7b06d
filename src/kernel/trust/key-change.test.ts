import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_SIGNER, signedNote, vkeyOf } from '../../../test/support/sample-log.ts'
import { keyNamed, NODE } from '../../../test/support/trust-history.ts'
import { keyChangeText, openKeyChange } from './key-change.ts'

const [OLD, NEW] = ['old', 'new'].map((name) => ({ name: NODE, key: keyNamed(name) })) as [
  ...[typeof SAMPLE_SIGNER, typeof SAMPLE_SIGNER],
]
const CHANGE = { origin: NODE, from: vkeyOf(OLD), to: vkeyOf(NEW), size: 7 }
const TEXT = keyChangeText(CHANGE)
const line = (signer: typeof SAMPLE_SIGNER, text = TEXT) =>
  signedNote(text, signer).slice(text.length + 1)
const NOTE = `${TEXT}\n${line(OLD)}${line(NEW)}`

test('a change is what both keys signed', () => {
  assert.deepEqual(openKeyChange(NOTE), CHANGE)
})

const STRANGER = { ...SAMPLE_SIGNER, name: NODE }
const longer = `${TEXT}more\n`
const self = keyChangeText({ ...CHANGE, to: CHANGE.from })
const elsewhere = keyChangeText({ ...CHANGE, origin: 'other.example/gate' })
const REFUSED: Record<string, string> = {
  'the old key alone signed': `${TEXT}\n${line(OLD)}`,
  'the new key alone signed': `${TEXT}\n${line(NEW)}`,
  'a stranger signed for the old key': `${TEXT}\n${line(STRANGER)}${line(NEW)}`,
  'another size was signed': NOTE.replace('\n7\n', '\n8\n'),
  'a line stands after it': `${longer}\n${line(OLD, longer)}${line(NEW, longer)}`,
  'a key follows itself': `${self}\n${line(OLD, self)}`,
  'the keys are of another node': `${elsewhere}\n${line(OLD, elsewhere)}${line(NEW, elsewhere)}`,
}

for (const [name, note] of Object.entries(REFUSED)) {
  test(`no change of keys when ${name}`, () => {
    assert.throws(() => openKeyChange(note), { code: 'KEY_CHANGE_INVALID' })
  })
}
