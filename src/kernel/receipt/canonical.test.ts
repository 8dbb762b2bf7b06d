import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, MAX_CANONICAL_DEPTH } from './canonical.ts'

test('members are in the order of their UTF-16 code units, as in RFC 8785 section 3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  const order = ['\\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
  const names = [...canonical(value).matchAll(/"([^"]*)":/g)].map(([, name]) => name)
  assert.deepEqual(names, order)
})

/** RFC 8785 appendix B: the bits of a double and how it is written. */
const NUMBERS: Record<string, string> = {
  '0000000000000000': '0',
  '8000000000000000': '0',
  '0000000000000001': '5e-324',
  '8000000000000001': '-5e-324',
  '7fefffffffffffff': '1.7976931348623157e+308',
  ffefffffffffffff: '-1.7976931348623157e+308',
  '4340000000000000': '9007199254740992',
  c340000000000000: '-9007199254740992',
  '4430000000000000': '295147905179352830000',
  '44b52d02c7e14af5': '9.999999999999997e+22',
  '44b52d02c7e14af6': '1e+23',
  '44b52d02c7e14af7': '1.0000000000000001e+23',
  '444b1ae4d6e2ef4e': '999999999999999700000',
  '444b1ae4d6e2ef4f': '999999999999999900000',
  '444b1ae4d6e2ef50': '1e+21',
  '3eb0c6f7a0b5ed8c': '9.999999999999997e-7',
  '3eb0c6f7a0b5ed8d': '0.000001',
  '41b3de4355555553': '333333333.3333332',
  '41b3de4355555554': '333333333.33333325',
  '41b3de4355555555': '333333333.3333333',
  '41b3de4355555556': '333333333.3333334',
  '41b3de4355555557': '333333333.33333343',
  becbf647612f3696: '-0.0000033333333333333333',
  '43143ff3c1cb0959': '1424953923781206.2',
}

for (const [bits, text] of Object.entries(NUMBERS)) {
  test(`the double ${bits} is written ${text}`, () => {
    assert.equal(canonical(Buffer.from(bits, 'hex').readDoubleBE()), text)
  })
}

const CASES: [value: unknown, text: string][] = [
  [null, 'null'],
  [[], '[]'],
  [{}, '{}'],
  [[true, false, [1, [2]]], '[true,false,[1,[2]]]'],
  [{ b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] }, '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}'],
  ['\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  [
    '\u0000\u0008\u0009\u000a\u000c\u000d\u001f\u007f\u2028',
    '"\\u0000\\b\\t\\n\\f\\r\\u001f\u007f\u2028"',
  ],
  [JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  [{ a: undefined, b: 1 }, '{"b":1}'],
]

for (const [value, text] of CASES) {
  test(`the canonical form of ${JSON.stringify(value)} is ${JSON.stringify(text)}`, () => {
    assert.equal(canonical(value), text)
  })
}

test('a value comes back equal, and its canonical form is the same again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonical(value)
      assert.equal(text, canonical(JSON.parse(text)))
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
})

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const UNSUPPORTED: Record<string, unknown> = {
  NaN: Number.NaN,
  infinity: [Number.POSITIVE_INFINITY],
  'a big integer': { a: 1n },
  'a lone surrogate': 'a\ud800',
  'a lone surrogate in a name': { '\udc00': 1 },
  undefined,
  'undefined in a list': [undefined],
  'a function': () => 1,
  'a symbol': Symbol('x'),
  'a date': new Date(0),
  'a map': new Map(),
  'a cycle': cyclic,
  'nesting beyond the limit': nested(MAX_CANONICAL_DEPTH + 1),
}

for (const [name, value] of Object.entries(UNSUPPORTED)) {
  test(`${name} has no canonical form`, () => {
    assert.throws(() => canonical(value), { code: 'JSON_UNSUPPORTED' })
  })
}

test('nesting to the limit has a canonical form', () => {
  assert.match(canonical(nested(MAX_CANONICAL_DEPTH)), /^\[+1\]+$/)
})
