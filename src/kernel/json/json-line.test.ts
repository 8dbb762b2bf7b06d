import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonLine } from './json-line.ts'

test('a line ends once, for every reader of lines, and holds the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const line = jsonLine({ value, text, breaks: '\n\r\u0085\u2028\u2029' })
      assert.deepEqual(line.split(/\r\n|[\n\v\f\r\u2028\u2029]/).slice(1), [''])
      assert.deepEqual(JSON.parse(line).text, text)
    }),
  )
})
