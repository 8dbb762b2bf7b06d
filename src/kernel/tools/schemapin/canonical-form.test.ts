import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'
import { type Candidate, candidates, canonicalForm, FORMS, type Form } from './canonical-form.ts'
import { disagreements } from './disagreements.ts'

interface FormCase {
  readonly name: string
  readonly json: string
  readonly texts: Readonly<Record<'javascript' | 'python' | 'go', string>>
}

const VECTORS = resolve(
  import.meta.dirname,
  '../../../../test/conformance/schemapin-vectors/sdk-forms.json',
)
const { cases }: { cases: readonly FormCase[] } = JSON.parse(readFileSync(VECTORS, 'utf8'))
const textsOf = (found: readonly Candidate[], form: Form) =>
  found.filter(({ forms }) => forms.includes(form)).map(({ text }) => text)

for (const { name, json, texts } of cases) {
  test(`what the SDKs write is among the candidates: ${name}`, () => {
    const found = candidates(JSON.parse(json))
    for (const form of ['javascript', 'python', 'go'] as const) {
      assert.ok(textsOf(found, form).includes(texts[form]), `${form}: ${texts[form]}`)
    }
  })

  test(`a schema is signed exactly where the SDKs agree: ${name}`, () => {
    const agreed = new Set(Object.values(texts)).size === 1
    assert.equal(disagreements(JSON.parse(json), json).length === 0, agreed)
  })
}

/** By reading the sources of serde_json and Ryū: the SDK for Rust was not run. */
const RUST: readonly (readonly [value: number, text: string, asFloat: string])[] = [
  [1, '1', '1.0'],
  [-0, '-0.0', '-0.0'],
  [1e15, '1000000000000000', '1000000000000000.0'],
  [1e16, '10000000000000000', '1e16'],
  [1.5e16, '15000000000000000', '1.5e16'],
  [0.00001, '0.00001', '0.00001'],
  [1e-6, '1e-6', '1e-6'],
  [1.25e-7, '1.25e-7', '1.25e-7'],
]

for (const [value, text, asFloat] of RUST) {
  test(`Rust writes ${text} or ${asFloat}`, () => {
    assert.equal(canonicalForm({ a: value }, 'rust'), `{"a":${text}}`)
    assert.equal(canonicalForm({ a: value }, 'rust', { floats: 1n }), `{"a":${asFloat}}`)
  })
}

const TRAPS: readonly (readonly [trap: string, where: string, json: string])[] = [
  ['integer_keys', '/properties', '{"properties":{"9":1,"10":2}}'],
  ['astral_keys', '/', '{"\\uffff":1,"😀":2}'],
  ['prototype_key', '/', '{"__proto__":{"description":"x"}}'],
  ['number', '/a~1b/0', '{"a/b":[1e-7]}'],
  ['number', '/a', '{"a":9007199254740993}'],
  ['whole_float', 'line 2', '{"a":"1.0",\n"b":1.0}'],
  ['escaped_text', '/d', '{"d":"a & b"}'],
  ['escaped_text', '/', '{"<":1}'],
]

for (const [trap, where, json] of TRAPS) {
  test(`the trap ${trap} is found in ${JSON.stringify(json)}`, () => {
    assert.deepEqual(disagreements(JSON.parse(json), json), [{ trap, where }])
  })
}

test('a member `__proto__` is part of every form: JavaScript’s SDK would leave it unsigned', () => {
  const schema = JSON.parse('{"name":"t","__proto__":{"description":"evil"}}')
  for (const form of FORMS) assert.match(canonicalForm(schema, form), /evil/)
})

const UNWRITABLE: Readonly<Record<string, JsonObject>> = {
  'half a pair': { a: '\ud800' },
  'half a pair in a name': { '\udc00': 1 },
  'a number without end': { a: Number.POSITIVE_INFINITY },
  'too deep': nested(64),
  'too large': { a: 'x'.repeat(256 * 1024) },
}

for (const [name, schema] of Object.entries(UNWRITABLE)) {
  test(`a schema with ${name} has no canonical form`, () => {
    assert.throws(() => candidates(schema), { code: 'JSON_UNSUPPORTED' })
  })
}

function nested(depth: number): JsonObject {
  return { a: depth === 0 ? 1 : nested(depth - 1) }
}

const JSON_OBJECT = fc.dictionary(
  fc.string({ unit: 'grapheme' }),
  fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }) as fc.Arbitrary<JsonValue>,
)

test('every form reads as the value it was written from, so no two schemas share a text', () => {
  fc.assert(
    fc.property(JSON_OBJECT, fc.constantFrom(...FORMS), fc.bigInt(0n, 63n), (raw, form, floats) => {
      const schema: JsonValue = JSON.parse(JSON.stringify(raw))
      if (!isJsonObject(schema)) return
      const read = JSON.parse(canonicalForm(schema, form, { floats }))
      // Not deepEqual: -0 is 0 where JSON is read.
      assert.equal(sorted(read), sorted(schema))
    }),
    { numRuns: 300 },
  )
})

test('the order of members changes no form', () => {
  fc.assert(
    fc.property(JSON_OBJECT, fc.constantFrom(...FORMS), (raw, form) => {
      const turned = Object.fromEntries(Object.entries(raw).reverse())
      assert.equal(canonicalForm(turned, form), canonicalForm(raw, form))
    }),
    { numRuns: 200 },
  )
})

test('candidates are few, however many numbers a schema holds', () => {
  const numbers = (count: number) => ({ a: Array.from({ length: count }, (_, at) => at) })
  assert.ok(candidates(numbers(4)).length <= 2 * 16)
  assert.ok(candidates(numbers(5)).length <= 4)
})

function sorted(value: JsonValue): string {
  return canonicalForm({ value }, 'javascript')
}
