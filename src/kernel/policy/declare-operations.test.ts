import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../json/value.ts'
import { declareOperations } from './declare-operations.ts'
import { parsePolicyFile } from './language/parser.ts'
import { loadPolicies } from './load-policies.ts'
import { obligationRegistry } from './obligation-registry.ts'

const REGISTRY = obligationRegistry({ patterns: [], checkField: () => true })

const CASES: readonly (readonly [JsonObject, string])[] = [
  [{ type: 'object' }, '{ ... }'],
  [{}, '{ ... }'],
  [
    {
      type: 'object',
      required: ['id', 'note'],
      properties: {
        id: { type: 'string' },
        n: { type: 'integer' },
        note: { type: ['string', 'null'] },
      },
    },
    '{ id: string, n?: number, note?: string }',
  ],
  [
    {
      properties: { tags: { type: 'array', items: { type: 'string' } }, on: { type: 'boolean' } },
      additionalProperties: true,
    },
    '{ tags?: [string], on?: bool ... }',
  ],
  [
    {
      $defs: { 'a/b': { type: 'object', properties: { x: { type: 'number' } } } },
      properties: { who: { $ref: '#/$defs/a~1b' }, far: { $ref: 'https://x.example/y' } },
    },
    '{ who?: { x?: number }, far?: any }',
  ],
  [
    { properties: { a: { anyOf: [{ type: 'string' }] }, b: { type: ['string', 'number'] } } },
    '{ a?: any, b?: any }',
  ],
  [
    { properties: { 'a-b': { type: 'string' }, 'say "x\\"': {}, constructor: { type: 'string' } } },
    '{ "a-b"?: string, "say \\"x\\\\\\""?: any ... }',
  ],
]

for (const [inputSchema, expected] of CASES)
  test(`${JSON.stringify(inputSchema)} is ${expected}`, () => {
    const text = declareOperations([{ operation: 'crm.get', inputSchema }])
    assert.equal(text, `operation crm.get ${expected}\n`)
    assert.deepEqual(parsePolicyFile('p.policy', text).diagnostics, [])
  })

test('a tool with many arguments is declared in lines that load', () => {
  const names = Array.from({ length: 150 }, (_, index) => `argument_number_${index}`)
  const member = { type: 'object', properties: Object.fromEntries(names.map((it) => [it, {}])) }
  const inputSchema = { properties: { ...member.properties, nested: member } }
  const text = declareOperations([{ operation: 't.x', inputSchema }])
  assert.deepEqual(loadPolicies([{ file: 'p.policy', text }], REGISTRY).diagnostics, [])
  assert.ok(text.split('\n').every((line) => line.length <= 100))
})

test('a schema that refers to itself ends', () => {
  const inputSchema = { properties: { next: { $ref: '#' } } }
  assert.match(declareOperations([{ operation: 't.x', inputSchema }]), /next\?: any/)
})

test('whatever schemas a server sends, the declarations load', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ operation: fc.string({ minLength: 1 }), inputSchema: fc.object() })),
      (tools) => {
        const named = tools.map(({ operation, inputSchema }) => ({
          operation: `s.${operation.replaceAll(/[^a-z"\\-]/gu, '')}x`,
          inputSchema: JSON.parse(JSON.stringify({ properties: inputSchema })) as JsonObject,
        }))
        const text = declareOperations(named)
        assert.deepEqual(loadPolicies([{ file: 'p.policy', text }], REGISTRY).diagnostics, [])
      },
    ),
  )
})

test('a condition on an argument that the tool does not take is refused', () => {
  const inputSchema = { properties: { path: { type: 'string' } }, required: ['path'] }
  const declared = declareOperations([{ operation: 'files.read', inputSchema }])
  const text = `${declared}policy p { deny: files.read if args.pth == "/etc/passwd" }`
  const [found] = loadPolicies([{ file: 'p.policy', text }], REGISTRY).diagnostics
  assert.equal(found?.message, '`args` has no attribute `pth`')
  assert.equal(found?.hint, 'did you mean `path`?')
})
