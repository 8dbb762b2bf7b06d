import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { OBLIGATIONS } from '../../src/app/obligations.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { loadText } from '../support/config-text.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/budgets.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...GUIDE.matchAll(/```(\w*)\n([\s\S]*?)```/gu)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text)

function load(text: string) {
  return loadPolicies([{ file: 'policies/guide.policy', text }], OBLIGATIONS)
}

const policies = blocks('').filter((text) => text.startsWith('policy'))

test('the policies of the guide load without a warning', () => {
  assert.equal(policies.length, 2)
  for (const text of policies) assert.deepEqual(load(text).diagnostics, [])
})

test('the budget of the guide is one that the configuration takes', async (t) => {
  const [text = ''] = blocks('toml')
  const { config } = await loadText(t, text)
  const llm = { limit: 10, perMs: 86_400_000, unit: 'USD', perAgent: true }
  assert.deepEqual(config.budgets, { llm })
})

const demands = [...GUIDE.matchAll(/^\| `([^`]+)`[^|]*\|[^|]*\|[^|]*\|$/gmu)].map(
  ([, it = '']) => it,
)

test('every demand of the table is one that policies can make', () => {
  assert.equal(demands.length, 11)
  for (const demand of demands) {
    const text = `obligation differential_privacy policy p { allow: a.b require: ${demand} }`
    assert.deepEqual(load(text).diagnostics, [], demand)
  }
})
