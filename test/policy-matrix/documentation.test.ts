import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { REGISTRY } from './registry.ts'

const PAGE = readFileSync(new URL('../../docs/spec/policy-language.md', import.meta.url), 'utf8')

/** The fenced texts that are policy files, by the name in their first line. */
const EXAMPLES = [...PAGE.matchAll(/```\n# (policies\/\S+)\n([\s\S]*?)```/gu)].map(
  ([, file = '', text = '']) => ({ file, text }),
)

test('the examples of the language reference load without a warning', () => {
  assert.deepEqual(
    EXAMPLES.map(({ file }) => file),
    ['policies/sales.policy', 'policies/vocabulary.policy'],
  )
  for (const example of EXAMPLES)
    assert.deepEqual(loadPolicies([example], REGISTRY).diagnostics, [], example.file)
})
