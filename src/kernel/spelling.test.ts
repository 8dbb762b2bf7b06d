import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalSpelling, canonicalSpellings } from './spelling.ts'

const SPELLINGS: readonly [written: string, read: string][] = [
  ['/srv/public/../secret', '/srv/secret'],
  ['/srv/public/%2e%2e/secret', '/srv/secret'],
  ['/srv/public%2f..%2fsecret', '/srv/secret'],
  ['/srv/public/..\\secret', '/srv/secret'],
  ['/srv/./public/.', '/srv/public'],
  ['/../../etc/passwd', '/etc/passwd'],
  ['../up', '../up'],
  ['a/../../up', '../up'],
  ['https://example.org/a/../b', 'https://example.org/b'],
  ['cafe\u0301', 'caf\u00e9'],
  ['wait... what', 'wait... what'],
  ['v1.2/..hidden', 'v1.2/..hidden'],
]

for (const [written, read] of SPELLINGS) {
  test(`\`${written}\` is read as \`${read}\``, () => {
    assert.equal(canonicalSpelling(written), read)
  })
}

test('spelling a text again changes nothing', () => {
  const path = fc
    .array(fc.constantFrom('a', '..', '.', '', '%2e%2e', 'b.c'))
    .map((s) => s.join('/'))
  fc.assert(
    fc.property(fc.oneof(path, fc.string()), (text) => {
      const once = canonicalSpelling(text)
      assert.equal(canonicalSpelling(once), once)
    }),
  )
})

test('every string within the arguments is respelled, and nothing else', () => {
  const args = { paths: ['/a/../b'], n: 1, '/c/../d': null, deep: { path: '/x/./y' } }
  assert.deepEqual(canonicalSpellings(args), {
    paths: ['/b'],
    n: 1,
    '/c/../d': null,
    deep: { path: '/x/y' },
  })
})

test('arguments that need no other spelling are not copied', () => {
  const args = { path: '/a/b c', list: ['x', { y: 'v1.2' }], n: 1 }
  assert.equal(canonicalSpellings(args), args)
  const odd = JSON.parse('{ "__proto__": { "path": "/a/../b" } }')
  assert.deepEqual(canonicalSpellings(odd), JSON.parse('{ "__proto__": { "path": "/b" } }'))
})

test('what is taken as plain is in normal form and has no dot segment', () => {
  const ascii = fc.string({ unit: 'binary-ascii' })
  fc.assert(
    fc.property(ascii, (text) => {
      if (/[.%]/.test(text)) return
      assert.equal(canonicalSpelling(text), text.normalize('NFC'))
    }),
  )
})
