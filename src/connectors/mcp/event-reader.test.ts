import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventReader, type ServerEvent } from './event-reader.ts'

function eventsOf(pieces: readonly Buffer[], limitBytes = 1_000): string[] {
  const events: string[] = []
  const onEvent = ({ data }: ServerEvent) => void (data.length > 0 && events.push(`${data}`))
  const read = eventReader({ limitBytes, onEvent })
  for (const piece of pieces) read(piece)
  return events
}

const CASES: readonly [title: string, text: string, events: readonly string[]][] = [
  ['one line of data', 'data: {"a":1}\n\n', ['{"a":1}']],
  ['no space before the data', 'data:1\n\n', ['1']],
  ['only the first space is none of the data', 'data:  1\n\n', [' 1']],
  ['several lines are one event', 'data: {\ndata: }\n\n', ['{\n}']],
  ['an empty line of data between others', 'data: a\ndata\ndata:\ndata: b\n\n', ['a\n\n\nb']],
  ['other fields and comments are passed over', ': hi\nid: 7\nevent: message\ndata: 1\n\n', ['1']],
  ['an event with an id and no data is none', 'id: 7\ndata:\n\ndata: 1\n\n', ['1']],
  ['carriage returns', 'data: 1\r\n\r\ndata: 2\r\rdata: 3\r\n\r', ['1', '2', '3']],
  ['what is not ended is no event', 'data: 1\n\ndata: 2\n', ['1']],
  ['a field whose name only begins so', 'database: 1\n\n', []],
]

for (const [title, text, events] of CASES) {
  test(`events: ${title}`, () => assert.deepEqual(eventsOf([Buffer.from(text)]), events))
}

test('the events are the same wherever the stream is cut', () => {
  const text = 'data: {"ü":\r\ndata:  1}\r\n\r\n: x\n\ndata: 2\n\n'
  const bytes = Buffer.from(text)
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const pieces = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
      assert.deepEqual(eventsOf(pieces), ['{"ü":\n 1}', '2'])
    }),
  )
})

test('an event over the limit ends the reading, in one line or in many', () => {
  for (const text of ['data: 123456789\n\n', 'data: 12345\ndata: 6789\n\n', 'x'.repeat(100)]) {
    assert.throws(() => eventsOf([Buffer.from(text)], 8), RangeError, text)
  }
})

test('ids, types and waits are told, an id until there is another', () => {
  const events: Omit<ServerEvent, 'data'>[] = []
  const onEvent = ({ data: _, ...event }: ServerEvent) => void events.push(event)
  const read = eventReader({ limitBytes: 100, onEvent })
  read(
    Buffer.from('id: 1\nretry: 250\ndata:\n\nevent: endpoint\ndata: x\n\nid: a\0b\nretry: x\n\n'),
  )
  assert.deepEqual(events, [
    { type: 'message', id: '1', retryMs: 250 },
    { type: 'endpoint', id: '1', retryMs: 250 },
    { type: 'message', id: '1', retryMs: 250 },
  ])
})
