import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from './events.ts'
import { linesOf } from './lines.ts'

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}

const TEXT = [
  ': sign of life\n\n',
  'id: 1\ndata: {"a":1}\n\n',
  'event: message\r\nid: 2\r\nretry: 500\r\ndata: one\r\ndata:two\r\n\r\n',
  'id: 3\ndata:\n\n',
].join('')

test('events are the same however their bytes come', async () => {
  for (const size of [1, 2, 3, 7, 1000]) {
    assert.deepEqual(await all(eventsOf(pieces(TEXT, size))), [
      { id: '1', data: '{"a":1}' },
      { id: '2', retryMs: 500, data: 'one\ntwo' },
      { id: '3', data: '' },
    ])
  }
})

test('lines are the same however they come, and a line without end is bounded', async () => {
  for (const size of [1, 3, 100]) {
    const lines = await all(linesOf(pieces('{"a":1}\n\n {"b":2}\n{"c":3}', size)))
    assert.deepEqual(lines, ['{"a":1}', ' {"b":2}', '{"c":3}'])
  }
  await assert.rejects(all(linesOf(pieces('x'.repeat(50), 10), 30)), RangeError)
})
