import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatterReader } from './chatter-reader.ts'
import { QUOTE_LIMIT } from './options.ts'

function said(...pieces: readonly (string | Buffer)[]): string[] {
  const lines: string[] = []
  const read = chatterReader((line) => lines.push(line))
  for (const piece of pieces) read(Buffer.from(piece))
  return lines
}

test('lines are told whole, however they arrive, and empty ones are not', () => {
  assert.deepEqual(said('one\ntw', 'o\r\n\n  \nthree\n', 'not ended'), ['one', 'two', 'three'])
})

test('a letter cut between two pieces is whole', () => {
  const letter = Buffer.from('ü')
  assert.deepEqual(said(letter.subarray(0, 1), letter.subarray(1), '\n'), ['ü'])
})

test('a line without an end is kept no longer than it is told', () => {
  const line = said('x'.repeat(1_000_000), 'y'.repeat(1_000_000), '\nnext\n')
  assert.deepEqual(line, [`${'x'.repeat(QUOTE_LIMIT)}…`, 'next'])
})

test('what would command a terminal is made harmless', () => {
  assert.deepEqual(said('\u001b[2Jwiped\u0007\n'), ['\uFFFD[2Jwiped\uFFFD'])
})
