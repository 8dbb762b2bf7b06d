import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PortcullisError } from '../errors.ts'
import { NAME_LIMIT, nameKey, nameOf } from './name.ts'

const GOOD = ['ada', 'Ada', 'ada@example.com', 'sales-bot_2', '7', 'a.b', 'x'.repeat(NAME_LIMIT)]

for (const name of GOOD) {
  test(`the name ${name.slice(0, 20)} is taken as it is`, () => {
    assert.equal(nameOf(name), name)
  })
}

/** Attacks on whoever compares, shows or stores a name. */
const REFUSED: readonly (readonly [attack: string, name: string])[] = [
  ['a Cyrillic letter that looks Latin', '\u0430da'],
  ['a Greek letter that looks Latin', '\u0391da'],
  ['a dotless i', 'adm\u0131n'],
  ['full-width letters', '\uFF21da'],
  ['a ligature', '\uFB01n'],
  ['a combining mark', 'a\u0301da'],
  ['an invisible character', 'a\u200Bda'],
  ['a mark that turns text around', 'ada\u202Eexe'],
  ['a line break', 'ada\nroot'],
  ['a NUL', 'ada\u0000'],
  ['half a character', 'ada\uD800'],
  ['a path upwards', '..'],
  ['a path upwards within', 'a..b'],
  ['a slash', 'a/b'],
  ['a backslash', 'a\\b'],
  ['an escape of a path', '%2e%2e'],
  ['a hidden file', '.ada'],
  ['an option', '-ada'],
  ['a dot that Windows drops', 'ada.'],
  ['a space', 'ada root'],
  ['a quote', "ada'--"],
  ['a wildcard', '*'],
  ['a prototype', '__proto__'],
  ['nothing', ''],
  ['a name too long', 'x'.repeat(NAME_LIMIT + 1)],
]

for (const [attack, name] of REFUSED) {
  test(`a name with ${attack} is refused`, () => {
    assert.throws(() => nameOf(name), { code: 'NAME_INVALID' })
  })
}

test('what is let through never changes under NFKC, and its key knows no capitals', () => {
  const names = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(names, (text) => {
      try {
        assert.equal(nameOf(text).normalize('NFKC'), text)
        assert.equal(nameKey(text.toUpperCase()), nameKey(text))
      } catch (error) {
        assert.ok(error instanceof PortcullisError && error.code === 'NAME_INVALID')
      }
    }),
  )
})
