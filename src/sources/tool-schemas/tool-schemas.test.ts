import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../../test/support/silent-log.ts'
import { codeOf } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { SchemaMismatch } from '../../kernel/schema/schema-problem.ts'
import type { SchemaMode } from './compile-schema.ts'
import { toolSchemas } from './tool-schemas.ts'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'
const STRING = { type: 'string' }

function toolOf(inputSchema: JsonValue, outputSchema?: JsonValue) {
  const definition = { name: 't', inputSchema, ...(outputSchema !== undefined && { outputSchema }) }
  return { server: 'desk', tool: 't', definition: definition as JsonObject }
}

/** `fits`, the problems as lines, or the code. */
function outcomeOf(schema: JsonValue, args: JsonObject, mode: SchemaMode = 'strict') {
  const schemas = toolSchemas({ log: silentLog, mode: () => mode })
  try {
    schemas.checkArguments(toolOf(schema), args)
    return 'fits'
  } catch (error) {
    if (!(error instanceof SchemaMismatch)) return codeOf(error)
    assert.equal(error.code, 'ARGUMENTS_INVALID')
    return error.problems.map(({ path, expected }) => `${path} ${expected}`)
  }
}

const props = (properties: JsonObject, more: JsonObject = {}) => ({
  ...{ type: 'object', properties, ...more },
})

const CASES: readonly [about: string, JsonValue, JsonObject, ReturnType<typeof outcomeOf>][] = [
  ['what fits', props({ a: STRING }, { required: ['a'] }), { a: 'x' }, 'fits'],
  ['a missing member', props({}, { required: ['a'] }), {}, [' a member `a`']],
  ['another type', props({ a: STRING }), { a: 1 }, ['/a type string']],
  ['no coercion', props({ n: { type: 'number' } }), { n: '1' }, ['/n type number']],
  ['a member too many', { additionalProperties: false }, { 'a/b~': 1 }, [' no member `a/b~`']],
  ['a choice', props({ a: { enum: ['x', 2] } }), { a: 'y' }, ['/a one of "x",2']],
  ['a constant', props({ a: { const: null } }), { a: 'y' }, ['/a null']],
  ['a bound', props({ n: { minimum: 3 } }), { n: 2 }, ['/n a number >= 3']],
  ['a length', props({ a: { maxLength: 1 } }), { a: 'secret' }, ['/a maxLength 1']],
  [
    'a pattern',
    props({ a: { pattern: '^\\d+$' } }),
    { a: 'x' },
    ['/a a text that matches `^\\d+$`'],
  ],
  [
    'an element twice',
    props({ l: { uniqueItems: true } }),
    { l: [{ a: 1 }, { a: 1 }] },
    ['/l no element twice'],
  ],
  [
    'a prefix of 2020-12',
    props({ l: { prefixItems: [STRING] } }),
    { l: [1] },
    ['/l/0 type string'],
  ],
  [
    'items of draft-07',
    { $schema: DRAFT_07, properties: { l: { items: [STRING] } } },
    { l: [1] },
    ['/l/0 type string'],
  ],
  [
    'a part that it refers to',
    { $defs: { s: STRING }, properties: { a: { $ref: '#/$defs/s' } } },
    { a: 1 },
    ['/a type string'],
  ],
  [
    'an anchor',
    { $defs: { s: { $anchor: 's', ...STRING } }, properties: { a: { $ref: '#s' } } },
    { a: 1 },
    ['/a type string'],
  ],
  [
    'a tree',
    { properties: { next: { $ref: '#' }, n: STRING } },
    { next: { next: { n: 1 } } },
    ['/next/next/n type string'],
  ],
  [
    'either of two',
    { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    [' a member `a`', ' a member `b`', ' what `anyOf` says'],
  ],
  ['a format, which says nothing', props({ a: { format: 'email' } }), { a: 'x' }, 'fits'],
  ['a keyword that nobody knows', { 'x-mine': 1, properties: {} }, {}, 'fits'],
  ['no schema', undefined as never, { a: 1 }, 'fits'],
  ['what every object inherits', { required: ['constructor'] }, {}, [' a member `constructor`']],
  [
    'an own id, which names nothing here',
    { $id: 'https://json-schema.org/draft/2020-12/schema' },
    {},
    'fits',
  ],
  ['a prototype', JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), {}, 'fits'],
]

for (const [about, schema, args, outcome] of CASES) {
  test(`${about}: ${outcome}`, () => {
    assert.deepEqual(outcomeOf(schema, args), outcome)
  })
}

const nested = (depth: number): JsonObject =>
  depth === 0 ? {} : { properties: { a: nested(depth - 1) } }
const many = (count: number, part: JsonValue) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, part]))
const doubling = (count: number): JsonObject => ({
  $ref: '#/$defs/p0',
  $defs: {
    ...Object.fromEntries(
      Array.from({ length: count }, (_, n) => {
        const next = { $ref: `#/$defs/p${n + 1}` }
        return [`p${n}`, { allOf: [next, next] }]
      }),
    ),
    [`p${count}`]: { type: 'object' },
  },
})
const chain = (count: number) => ({
  $ref: '#/$defs/p0',
  $defs: {
    ...many(count, {}),
    ...Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`p${n}`, { $ref: `#/$defs/p${n + 1}` }]),
    ),
    [`p${count}`]: {},
  },
})
const twice = { properties: { x: { $ref: '#' } } }
const deepArgs = (depth: number): JsonObject => (depth === 0 ? {} : { x: deepArgs(depth - 1) })

/** Schemas that are made to hurt, with arguments that set them off. */
const BOMBS: readonly [about: string, schema: JsonValue, args?: JsonObject][] = [
  ['a reference to another host', { $ref: 'http://169.254.169.254/latest' }],
  ['a reference to a file', props({ a: { $ref: 'file:///etc/passwd' } })],
  [
    'a reference to the schema of schemas',
    { $ref: 'https://json-schema.org/draft/2020-12/schema' },
  ],
  ['a reference to nothing', { $ref: '#/$defs/none' }],
  ['a reference to what is no part', { $ref: '#/x-parts', 'x-parts': { allOf: [{ $ref: '#' }] } }],
  ['a reference that is no URI', { $ref: '#%' }],
  ['a dynamic reference', { $dynamicRef: '#x' }],
  ['a part with an id of its own', props({ a: { $id: 'urn:other', type: 'string' } })],
  ['a dialect that nobody knows', { $schema: 'https://example.com/mine' }],
  ['no schema at all', 'object'],
  ['a keyword of the wrong type', { type: 'objekt' }],
  ['a tower', nested(40)],
  ['more parts than there may be', props(many(5_000, {}))],
  ['more text than there may be', { enum: ['x'.repeat(300_000)] }],
  ['a reference to itself', { $ref: '#' }],
  [
    'two that refer to each other',
    { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  ],
  ['a chain of 1,900 references', chain(1_900)],
  ['2^30 ways through `allOf`', doubling(30)],
  ['2^60 ways through `anyOf`', { anyOf: [twice, twice], required: ['y'] }, deepArgs(60)],
  ['a pattern that looks around', props({ a: { pattern: '(?=x)x' } })],
  ['a pattern that looks back', props({ a: { pattern: '(x)\\1' } })],
  ['a pattern repeated without end', props({ a: { pattern: '((a{100}){100}){100}' } })],
  ['a pattern longer than there may be', props({ a: { pattern: 'x'.repeat(2_000) } })],
  ['a long text for a pattern', props({ a: { pattern: '(a|aa)+$' } }), { a: 'a'.repeat(3e6) }],
]

for (const [about, schema, args = {}] of BOMBS) {
  test(`schema bomb: ${about}`, () => {
    const started = process.cpuUsage()
    assert.equal(outcomeOf(schema, args), 'SCHEMA_UNUSABLE')
    assert.equal(outcomeOf(schema, args, 'lenient'), 'fits')
    // Of the processor, so that whatever else runs on the machine does not count.
    assert.ok(process.cpuUsage(started).user < 4_000_000, 'it ends')
  })
}

test('a catastrophic pattern is matched in linear time', () => {
  const schema = props({ a: { pattern: '^(a+)+$' } })
  assert.deepEqual(outcomeOf(schema, { a: `${'a'.repeat(50_000)}!` }), [
    '/a a text that matches `^(a+)+$`',
  ])
})

test('a large list of unlike elements is unique without comparing each with each', () => {
  const schema = props({ l: { uniqueItems: true } })
  assert.equal(
    outcomeOf(schema, { l: Array.from({ length: 100_000 }, (_, id) => ({ id })) }),
    'fits',
  )
})

test('where the server may be lenient the rest of a schema still counts', () => {
  const schema = props({ a: { ...STRING, pattern: '(?=x)x' } })
  assert.deepEqual(outcomeOf(schema, { a: 1 }, 'lenient'), ['/a type string'])
  assert.equal(outcomeOf(schema, { a: 'y' }, 'lenient'), 'fits')
})

const OUTPUT = props({ n: { type: 'number' } }, { required: ['n'] })

/** What a tool with this output schema answers, and whether it goes on. */
const RESULTS: readonly [result: JsonObject, strict: string, lenient: string][] = [
  [{ content: [], structuredContent: { n: 1 } }, 'fits', 'fits'],
  [{ content: [], structuredContent: { n: 'a secret' } }, 'RESULT_INVALID', 'RESULT_INVALID'],
  [{ content: [] }, 'RESULT_INVALID', 'fits'],
  [{ content: [], isError: true }, 'fits', 'fits'],
  [{ resultType: 'input_required', inputRequests: {} }, 'fits', 'fits'],
]

for (const [result, ...outcomes] of RESULTS) {
  test(`the result ${JSON.stringify(result)} is ${outcomes}`, () => {
    for (const [index, mode] of (['strict', 'lenient'] as const).entries()) {
      const schemas = toolSchemas({ log: silentLog, mode: () => mode })
      const check = () => schemas.checkResult(toolOf({}, OUTPUT), result)
      if (outcomes[index] === 'fits') check()
      else assert.throws(check, { code: outcomes[index] })
    }
  })
}

test('problems name places and expectations, and never a value', () => {
  const schema = props({ a: { enum: ['x'] }, b: { pattern: 'y' } }, { required: ['c'] })
  for (const args of [
    { a: 's3cret', c: 1 },
    { b: 's3cret', c: 1 },
    { a: 's3cret', b: 's3cret' },
  ]) {
    const outcome = JSON.stringify(outcomeOf(schema, args))
    assert.ok(outcome.includes(' ') && !outcome.includes('s3cret'), outcome)
  }
})

test('of schemas without end only so many are kept, and each says the same when made again', () => {
  const logged: string[] = []
  const log = { ...silentLog, warn: (event: string) => void logged.push(event) }
  const schemas = toolSchemas({ log, mode: () => 'strict', compiled: 3 })
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 8; n++) {
      const tool = toolOf(props({ [`a${n}`]: STRING }))
      schemas.checkArguments(tool, { [`a${n}`]: 'x' })
      assert.throws(() => schemas.checkArguments(tool, { [`a${n}`]: 1 }))
    }
  }
  for (let n = 0; n < 3; n++)
    assert.throws(() => schemas.checkArguments(toolOf({ $ref: 'http://x' }), {}))
  assert.deepEqual(logged, ['tool.schema_unusable'], 'told once, not with every call')
})
