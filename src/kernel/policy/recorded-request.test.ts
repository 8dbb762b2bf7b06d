import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../json/value.ts'
import { parsePolicyRequest, policyRequestText } from './recorded-request.ts'

const PLAIN = { noNullPrototype: true }
const attributes = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
  .map((it) => JSON.parse(JSON.stringify(it)) as JsonObject)

test('what is recorded is read back as it was', () => {
  const request = fc.record(
    {
      operation: fc.string(),
      resource: fc.record({ type: fc.constantFrom('tool', 'memory'), id: fc.string() }, PLAIN),
      attributes,
      approved: fc.array(fc.string(), { minLength: 1 }),
    },
    { requiredKeys: ['operation', 'resource', 'attributes'], ...PLAIN },
  )
  fc.assert(
    fc.property(request, (it) => {
      assert.deepEqual(parsePolicyRequest(policyRequestText(it)), it)
    }),
  )
})

test('arguments under two names are written once', () => {
  const args = { text: 'only once' }
  const request = {
    ...{ operation: 't.x', resource: { type: 'tool', id: 't.x' } as const },
    attributes: { args, input: args },
  }
  const text = policyRequestText(request)
  assert.equal(text.split('only once').length, 2)
  assert.deepEqual(parsePolicyRequest(text), request)
})

const STRANGE: readonly string[] = [
  ...['null', '[]', '{}', '{"operation":"t.x","resource":{"type":"tool","id":"t.x"}}'],
  '{"operation":"t.x","resource":{"type":"moon","id":"t.x"},"attributes":{}}',
]

for (const text of STRANGE)
  test(`\`${text}\` is no request`, () => {
    assert.equal(parsePolicyRequest(text), undefined)
  })
