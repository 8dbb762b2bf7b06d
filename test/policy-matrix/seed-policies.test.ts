import assert from 'node:assert/strict'
import test from 'node:test'
import type { Decision } from '../../src/kernel/policy/decision.ts'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { REGISTRY } from './registry.ts'
import { SEED_CASES } from './seed-cases.ts'
import { SEED_POLICIES, SEED_VOCABULARY } from './seed-policies.ts'

test('policies of the kind the language is made for parse as they stand', () => {
  const { diagnostics, tree } = parsePolicyFile('seed.policy', SEED_POLICIES.join('\n'))
  assert.deepEqual(diagnostics, [])
  const outline = tree.policies.map(({ name, rules }) => [name.text, rules.map(({ kind }) => kind)])
  assert.deepEqual(outline, [
    ['secure_data_access', ['allow', 'deny', 'require']],
    ['data_flow_control', ['allow', 'deny', 'require']],
    ['resource_governance', ['allow', 'deny', 'require']],
  ])
})

const files = SEED_POLICIES.map((text, index) => ({ file: `seed/${index}.policy`, text }))
const vocabulary = { file: 'seed/vocabulary.policy', text: SEED_VOCABULARY }

test('they load as they stand, with what they name declared beside them', () => {
  const { set, diagnostics } = loadPolicies([...files, vocabulary], REGISTRY)
  assert.deepEqual(
    diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
    ['warning: `user.clearance` is optional, and without it this never allows'],
  )
  assert.equal(set?.ruleCount, 9)
})

for (const { name, operation, attributes, approved = [], effect, because } of SEED_CASES)
  test(name, () => {
    const { set } = loadPolicies([...files, vocabulary], REGISTRY)
    const resource = { type: 'tool', id: operation } as const
    const decision = set?.decide({ operation, resource, attributes, approved })
    assert.equal(decision?.effect, effect, JSON.stringify(decision))
    assert.ok(
      decision !== undefined && grounds(decision).includes(because),
      JSON.stringify(decision),
    )
  })

function grounds({ reason, obligations, approvals }: Decision): readonly string[] {
  const demanded = obligations.map(({ obligation }) =>
    obligation.kind === 'declared' ? obligation.name : obligation.kind,
  )
  return [reason, ...demanded, ...approvals.map(({ approval }) => approval.name)]
}

test('without the vocabulary every name is refused', () => {
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  assert.equal(set, undefined)
  const messages = diagnostics.map(({ message }) => message)
  for (const message of [
    'unknown operation `read`',
    'unknown resource class `sensitive_data`',
    'no declared order holds the label `secret`',
    'unknown obligation `supervisor_approval`',
    'unknown operation `high_memory_operations`',
  ])
    assert.ok(messages.includes(message), message)
})
