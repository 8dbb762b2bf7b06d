import assert from 'node:assert/strict'
import test from 'node:test'
import { visible } from './visible.ts'

test('what a terminal obeys or hides is shown as a mark, the rest as it is', () => {
  assert.equal(visible('a\tb é 漢 😀'), 'a\tb é 漢 😀')
  for (const hidden of ['\u001B', '\n', '\r', '\u009B', '\u202E', '\u200B', '\u2028', '\uD800'])
    assert.equal(visible(`a${hidden}b`), 'a\uFFFDb')
})
