import assert from 'node:assert/strict'
import test from 'node:test'
import { declaredAttributes } from './declared-attributes.ts'

const source = declaredAttributes({
  operations: {
    'crm.*': { owner: 'sales', expected_seconds: 1 },
    'crm.export_*': { expected_seconds: 90 },
    'crm.export_all': { expected_seconds: 600 },
  },
  resources: { 'CRM.customers': { classification: 'confidential' } },
  system: { maintenance_mode: false },
})

const CASES = [
  ['crm.get', { owner: 'sales', expected_seconds: 1 }],
  ['crm.export_one', { owner: 'sales', expected_seconds: 90 }],
  ['crm.export_all', { owner: 'sales', expected_seconds: 600 }],
  ['slack.post', {}],
  ['constructor', {}],
] as const

for (const [operation, expected] of CASES)
  test(`the nearest name that speaks of ${operation} says most`, () => {
    assert.deepEqual(source.about(operation, { type: 'tool', id: operation }).operation, expected)
  })

test('a resource is known by its id, the system to all', () => {
  const { resource, system } = source.about('memory.read', { type: 'memory', id: 'CRM.customers' })
  assert.deepEqual(resource, { classification: 'confidential' })
  assert.deepEqual(system, { maintenance_mode: false })
})

test('a star elsewhere than last is refused', () => {
  const records = { operations: { 'a.*.b': {} }, resources: {}, system: {} }
  assert.throws(() => declaredAttributes(records), { code: 'CONFIG_INVALID' })
})
