import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { glob } from '../policy/evaluate/glob.ts'
import { ANYTHING, COMPARED_LIMIT, escaped, openText, sharedText } from './shared-text.ts'

const common = (a: string, b: string) => sharedText(openText(a), openText(b))

test('what two patterns have in common is found, the shortest first', () => {
  assert.equal(common('file:///srv/*', 'file:///*'), 'file:///srv/')
  assert.equal(common('file:///a', 'file:///*'), 'file:///a')
  assert.equal(common('a*c', '*b*'), 'abc')
  assert.equal(common('*', '*'), '')
  assert.equal(common('a\\*', 'a*'), 'a*')
  assert.equal(common('file:///srv/*', 'db:*'), undefined)
  assert.equal(common('a', 'ab'), undefined)
})

test('a stretch holds none of what it leaves out', () => {
  const template = [...openText('file:///'), { without: '/' }]
  assert.equal(sharedText(template, openText('file:///a*')), 'file:///a')
  assert.equal(sharedText(template, openText('file:///srv/a')), undefined)
  assert.equal(sharedText([...template, '/', ANYTHING], openText('*srv/a')), 'file:///srv/a')
})

test('texts that are too long to be compared have nothing in common', () => {
  const long = 'x'.repeat(Math.ceil(Math.sqrt(COMPARED_LIMIT)))
  assert.equal(common(`*${long}`, `*${long}`), undefined)
})

test('it is a text of both patterns, and is found where there is one', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\*'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
  fc.assert(
    fc.property(pattern, pattern, text, (a, b, each) => {
      const found = common(a, b)
      if (found !== undefined) assert.ok(glob(a)(found) && glob(b)(found), found)
      if (glob(a)(each) && glob(b)(each)) assert.ok(found !== undefined)
      assert.ok(glob(escaped(each))(each))
    }),
    { numRuns: 2_000 },
  )
})
