import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { faultOfPassword, PASSWORD_LENGTHS, preparedPassword } from './password-rules.ts'

const REFUSED = [
  ...['', 'short', 'elevenchars', 'x'.repeat(129), '😀'.repeat(11)],
  ...['holds a \u0000 zero byte', 'holds a\nline break', 'half a pair \ud800 of two'],
  ...['my name is ana', 'AnA is my name!', 'ａｎａ is my name', 'all of it bananas'],
  ...['Password1234', 'P@ssw0rd2026!', 'passwordpassword', '!!!administrator!!!', 'Welcome12345!'],
  ...['123456789012', 'qwertyuiop12345', 'abcdefghijklmnop', '0987654321098', '1qaz2wsx3edc'],
  ...['aaaaaaaaaaaaaaa', 'abababababab', 'abcdeabcdeabcde', '111222333444'],
]

for (const password of REFUSED) {
  test(`${JSON.stringify(password.slice(0, 24))} is not taken`, () => {
    assert.equal(typeof faultOfPassword(password, 'ana'), 'string')
  })
}

const TAKEN = [
  ...['correct horse battery staple', 'Tr0ub4dor&3 forever', 'kaffee um halb acht'],
  ...['パスワードは長いほど良いです', '😀🐢🌍🎈🍋🚲🎻🧲🪁🛶🌶🧊', 'x7#Qe1!mZp0$'],
]

for (const password of TAKEN) {
  test(`${JSON.stringify(password)} is taken`, () => {
    assert.equal(faultOfPassword(password, 'ana'), undefined)
  })
}

test('the same letters from another keyboard are the same password', () => {
  assert.equal(preparedPassword('ﬁve ｔｉｍｅｓ e\u0301t\u00e9'), 'five times \u00e9t\u00e9')
  assert.equal(preparedPassword('a\u3000b\u00a0c'), 'a b c')
})

test('preparing twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const once = preparedPassword(text)
      assert.equal(preparedPassword(once), once)
    }),
  )
})

test('what is random and long enough is taken', () => {
  const letters = fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_')
  const { least, most } = PASSWORD_LENGTHS
  const random = fc
    .array(letters, { minLength: least + 8, maxLength: most })
    .map((it) => it.join(''))
  fc.assert(
    fc.property(random, (password) => {
      fc.pre(new Set(password.toLowerCase()).size >= 8)
      assert.equal(faultOfPassword(password, 'somebody-else'), undefined)
    }),
  )
})
