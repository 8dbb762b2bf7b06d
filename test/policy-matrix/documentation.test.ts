import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { REGISTRY } from './registry.ts'

test('the example that opens the language reference loads without a warning', () => {
  const page = readFileSync(new URL('../../docs/spec/policy-language.md', import.meta.url), 'utf8')
  const [, text = ''] = /```\n([\s\S]*?)```/u.exec(page) ?? []
  const { set, diagnostics } = loadPolicies([{ file: 'policies/sales.policy', text }], REGISTRY)
  assert.deepEqual(diagnostics, [])
  assert.equal(set?.ruleCount, 5)
})
