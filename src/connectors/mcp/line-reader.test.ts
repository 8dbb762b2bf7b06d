import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyLineReader, lineReader } from './line-reader.ts'

const READERS = [
  { name: 'line feeds', reader: lineReader, ends: /\n/, units: ['a', 'ü', '\n', '\r'] },
  {
    name: 'any line end',
    reader: anyLineReader,
    ends: /\r\n|\n|\r/,
    units: ['a', 'ü', '\n', '\r'],
  },
] as const

/** The lines that a reader finds in pieces of a text, cut at byte `cuts`. */
function linesOf(
  reader: typeof lineReader,
  bytes: Buffer,
  { cuts, limitBytes = 1_000 }: { cuts: readonly number[]; limitBytes?: number },
): string[] {
  const lines: string[] = []
  const read = reader({ limitBytes, onLine: (line) => lines.push(line.toString()) })
  const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
  for (const [at, start] of places.entries()) read(bytes.subarray(start, places[at + 1] ?? start))
  return lines
}

for (const { name, reader, ends, units } of READERS) {
  test(`${name}: the lines are the same wherever the stream is cut`, () => {
    const text = fc.array(fc.constantFrom(...units), { maxLength: 30 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, places) => {
        const bytes = Buffer.from(whole)
        const cuts = places.map((place) => Math.min(place, bytes.length))
        assert.deepEqual(linesOf(reader, bytes, { cuts }), whole.split(ends).slice(0, -1))
      }),
    )
  })

  test(`${name}: a line of the limit passes and one byte more does not, ended or not`, () => {
    const within = Buffer.from('12345678\n1234')
    assert.deepEqual(linesOf(reader, within, { cuts: [3], limitBytes: 8 }), ['12345678'])
    for (const text of ['123456789\n', '123456789', '\n123456789']) {
      for (const cuts of [[], [5]]) {
        const bytes = Buffer.from(text)
        assert.throws(() => linesOf(reader, bytes, { cuts, limitBytes: 8 }), RangeError)
      }
    }
  })
}
