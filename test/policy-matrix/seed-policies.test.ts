import assert from 'node:assert/strict'
import test from 'node:test'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { REGISTRY } from './registry.ts'
import { SEED_POLICIES } from './seed-policies.ts'

const TEXT = SEED_POLICIES.join('\n')

test('policies of the kind the language is made for parse as they stand', () => {
  const { diagnostics, tree } = parsePolicyFile('seed.policy', TEXT)
  assert.deepEqual(diagnostics, [])
  const outline = tree.policies.map(({ name, rules }) => [name.text, rules.map(({ kind }) => kind)])
  assert.deepEqual(outline, [
    ['secure_data_access', ['allow', 'deny', 'require']],
    ['data_flow_control', ['allow', 'deny', 'require']],
    ['resource_governance', ['allow', 'deny', 'require']],
  ])
})

test('their requirements are predicates, a setting and named obligations', () => {
  const { tree } = parsePolicyFile('seed.policy', TEXT)
  const rules = tree.policies.flatMap(({ rules }) => rules)
  const requirements = rules.flatMap((rule) => (rule.kind === 'require' ? rule.requirements : []))
  assert.deepEqual(
    requirements.map(({ kind }) => kind),
    ['predicate', 'predicate', 'setting', 'named', 'named'],
  )
})

test('what they name and this version does not know refuses them, by name', () => {
  const { set, diagnostics } = loadPolicies([{ file: 'seed.policy', text: TEXT }], REGISTRY)
  assert.equal(set, undefined)
  const messages = diagnostics.map(({ message }) => message)
  for (const message of [
    'unknown operation `read`',
    'unknown resource class `sensitive_data`',
    'no declared order holds the label `secret`',
    'unknown obligation `audit_trail`',
    'unknown obligation `supervisor_approval`',
    'unknown operation `high_memory_operations`',
  ])
    assert.ok(messages.includes(message), message)
})
