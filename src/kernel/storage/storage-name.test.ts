import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foldedName, storageName, storagePrefix } from './storage-name.ts'

const GOOD = [
  'results.json',
  'reports/2026/q3 (final).txt',
  'Отчёт/май.txt',
  '報告/第三.json',
  'a',
  'x_+=@-.b',
]
const BAD: readonly (readonly [why: string, name: string])[] = [
  ['empty', ''],
  ['absolute', '/etc/passwd'],
  ['a folder', 'reports/'],
  ['an empty segment', 'a//b'],
  ['the folder itself', './a'],
  ['the folder above', 'a/../b'],
  ['the folder above, encoded', 'a/%2e%2e/b'],
  ['a hidden file', '.ssh/id'],
  ['a backslash', 'a\\..\\b'],
  ['a drive', 'C:/a'],
  ['a stream', 'a:b'],
  ['a device', 'aux'],
  ['a device with an ending', 'docs/CON.txt'],
  ['an ending dot', 'a.'],
  ['an ending space', 'a '],
  ['a leading space', ' a'],
  ['a null character', 'a\u0000b'],
  ['a line break', 'a\nb'],
  ['a text that turns round', 'a\u202etxt.exe'],
  ['an invisible character', 'a\u200bb'],
  ['full-width letters', '\uff41.txt'],
  ['a ligature', '\ufb01le.txt'],
  ['a composed letter in two parts', 'e\u0301.txt'],
  ['a Cyrillic letter among Latin ones', 'p\u0430ypal.txt'],
  ['a star', 'a*'],
  ['a lone surrogate', '\ud800'],
  ['too long', 'a'.repeat(257)],
  ['a long segment', 'a'.repeat(129)],
  ['too deep', Array(17).fill('a').join('/')],
]

for (const name of GOOD) {
  test(`\`${name}\` names an object`, () => assert.equal(storageName(name), name))
}
for (const [why, name] of BAD) {
  test(`${why} names no object: ${JSON.stringify(name.slice(0, 40))}`, () => {
    assert.throws(() => storageName(name), { code: 'STORAGE_NAME_REFUSED' })
  })
}

test('a name that passes is its own normal form and no path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      try {
        storageName(text)
      } catch {
        return
      }
      assert.equal(text.normalize('NFKC'), text)
      assert.doesNotMatch(text, /(?:^|\/)\.|\\|:|\/\/|^\/|\/$/u)
    }),
  )
})

test('names that differ in case alone have one fold', () => {
  assert.equal(foldedName('Results.JSON'), foldedName('results.json'))
  assert.equal(foldedName('Straße'), foldedName('STRASSE'))
  assert.notEqual(foldedName('a'), foldedName('b'))
})

test('the beginning of names is empty, a folder, or a part of a name', () => {
  for (const prefix of ['', 'reports/', 'reports/2026/q'])
    assert.equal(storagePrefix(prefix), prefix)
  for (const prefix of ['/', '../', 'a//']) {
    assert.throws(() => storagePrefix(prefix), { code: 'STORAGE_NAME_REFUSED' })
  }
})
