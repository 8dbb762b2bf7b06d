import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, type ErrorCode } from '../errors.ts'
import { DEFAULT_MAX_DEPTH, parseStrictJson } from './parse-strict.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function outcome(input: Uint8Array): { value: unknown } | { code: ErrorCode } {
  try {
    return { value: parseStrictJson(input) }
  } catch (error) {
    return { code: codeOf(error) }
  }
}

/** A second, slower reading of the text that knows the refused classes: the law to compare with. */
function expected(text: string): { value: unknown } | 'refused' {
  let refused = false
  try {
    const value = JSON.parse(text, (name, held) => {
      refused ||= name === '__proto__' || !name.isWellFormed()
      refused ||= typeof held === 'number' && !Number.isFinite(held)
      refused ||= typeof held === 'string' && !held.isWellFormed()
      return held
    })
    return refused ? 'refused' : { value }
  } catch {
    return 'refused'
  }
}

const REFUSED: readonly [title: string, text: string, code: ErrorCode][] = [
  ['nothing', '', 'REQUEST_MALFORMED_JSON'],
  ['a cut object', '{"a":1', 'REQUEST_MALFORMED_JSON'],
  ['a cut string', '"abc', 'REQUEST_MALFORMED_JSON'],
  ['a string that ends in its escape', '"abc\\"', 'REQUEST_MALFORMED_JSON'],
  ['two values', '{} {}', 'REQUEST_MALFORMED_JSON'],
  ['a comment', '{} // x', 'REQUEST_MALFORMED_JSON'],
  ['a trailing comma', '[1,]', 'REQUEST_MALFORMED_JSON'],
  ['NaN', 'NaN', 'REQUEST_MALFORMED_JSON'],
  ['a byte order mark', '\ufeff{}', 'REQUEST_MALFORMED_JSON'],
  ['a repeated name', '{"a":1,"a":1}', 'REQUEST_DUPLICATE_KEY'],
  ['a name repeated by an escape', '{"a":1,"\\u0061":2}', 'REQUEST_DUPLICATE_KEY'],
  ['a repeated name far inside', '[[{"x":{"b":[],"b":[]}}]]', 'REQUEST_DUPLICATE_KEY'],
  ['a repeated numeric name', '{"1":1,"1":2}', 'REQUEST_DUPLICATE_KEY'],
  ['a repeated empty name', '{"":1,"":2}', 'REQUEST_DUPLICATE_KEY'],
  ['the name __proto__', '{"__proto__":{"admin":true}}', 'REQUEST_UNSAFE_JSON'],
  ['the name __proto__ by an escape', '{"\\u005f_proto__":1}', 'REQUEST_UNSAFE_JSON'],
  ['half a surrogate pair', '"\\ud800"', 'REQUEST_UNSAFE_JSON'],
  ['half a surrogate pair in a name', '{"\\udc00":1}', 'REQUEST_UNSAFE_JSON'],
  ['a number that is infinite', '[1e999]', 'REQUEST_UNSAFE_JSON'],
]

for (const [title, text, code] of REFUSED) {
  test(`${title} is refused with ${code}`, () => {
    assert.deepEqual(outcome(bytes(text)), { code })
  })
}

const INVALID_UTF8: readonly [title: string, input: readonly number[]][] = [
  ['a stray continuation byte', [0x22, 0x80, 0x22]],
  ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
  ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
  ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
]

for (const [title, input] of INVALID_UTF8) {
  test(`${title} is refused as invalid UTF-8`, () => {
    assert.deepEqual(outcome(Uint8Array.from(input)), { code: 'REQUEST_INVALID_UTF8' })
  })
}

test('colons, braces and quotes inside strings are text', () => {
  const value = { 'a:"{[': '::,"\\', 'b\\': ['{"a":1,"a":1}', '\\"', '\u{1f600}'] }
  assert.deepEqual(parseStrictJson(bytes(JSON.stringify(value))), value)
})

test('equal names of different objects are not duplicates', () => {
  const text = '[{"a":{"a":1}},{"a":2}]'
  assert.deepEqual(parseStrictJson(bytes(text)), JSON.parse(text))
})

test('nesting is refused past the limit, and only past it', () => {
  const nested = (depth: number) => bytes('['.repeat(depth) + ']'.repeat(depth))
  assert.ok('value' in outcome(nested(DEFAULT_MAX_DEPTH)))
  assert.deepEqual(outcome(nested(DEFAULT_MAX_DEPTH + 1)), { code: 'REQUEST_TOO_DEEP' })
  assert.deepEqual(outcome(bytes('[{"a":'.repeat(2_000_000))), { code: 'REQUEST_TOO_DEEP' })
  assert.throws(() => parseStrictJson(nested(3), { maxDepth: 2 }), { code: 'REQUEST_TOO_DEEP' })
})

test('an error never quotes the text', () => {
  assert.throws(
    () => parseStrictJson(bytes('{"token": hunter2}')),
    (error: Error) => !/hunter2/.test(`${error.stack} ${error.cause}`),
  )
})

test('what is accepted is what JSON.parse reads, for every JSON value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const law = expected(text)
      const seen = outcome(bytes(text))
      // The generator never repeats a name.
      assert.deepEqual(seen, law === 'refused' ? seen : law)
      assert.equal('code' in seen, law === 'refused')
    }),
  )
})

test('text that is nearly JSON is refused or read as JSON.parse reads it', () => {
  const pieces = ['{', '}', '[', ']', ':', ',', '"', '\\', '"a"', '"b"', '1', '-', 'e', 'null', ' ']
  const nearly = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join(''))
  fc.assert(
    fc.property(nearly, (text) => {
      const seen = outcome(bytes(text))
      const law = expected(text)
      if (law === 'refused') assert.ok('code' in seen)
      else if ('code' in seen) assert.equal(seen.code, 'REQUEST_DUPLICATE_KEY')
      else assert.deepEqual(seen, law)
    }),
    { numRuns: 2000 },
  )
})

function asEscapes(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

test('a repeated name is found wherever it stands and however it is escaped', () => {
  const name = fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => text !== '__proto__')
  fc.assert(
    fc.property(name, fc.json({ maxDepth: 2 }), fc.boolean(), (text, held, escaped) => {
      if (expected(held) === 'refused') return
      const twin = escaped ? `"${asEscapes(text)}"` : JSON.stringify(text)
      const inside = `[{"z":{${JSON.stringify(text)}:${held},${twin}:${held}}}]`
      assert.deepEqual(outcome(bytes(inside)), { code: 'REQUEST_DUPLICATE_KEY' })
    }),
  )
})

test('any bytes at all end in a value or in a coded refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
      const seen = outcome(input)
      assert.ok('value' in seen || seen.code.startsWith('REQUEST_'))
    }),
    { numRuns: 2000 },
  )
})

test('the worst input of four million bytes is dealt with, not crept through', () => {
  const mebibytes = 4 * 1024 * 1024
  const worst = [
    `"${'\\'.repeat(mebibytes)}"`,
    `"${'\\"'.repeat(mebibytes / 2)}"`,
    '"'.repeat(mebibytes),
    `{${Array.from({ length: 300_000 }, (_, at) => `"k${at}":0`).join()}}`,
    `[${'{},'.repeat(mebibytes / 3)}{}]`,
    '-'.repeat(mebibytes),
  ]
  // Anything quadratic would need minutes here.
  for (const text of worst) assert.ok(outcome(bytes(text)))
})
