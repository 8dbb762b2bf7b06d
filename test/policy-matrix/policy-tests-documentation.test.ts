import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { mutantsOf } from '../../src/kernel/policy-tests/mutants/mutants.ts'
import { isOk } from '../../src/kernel/policy-tests/render-results.ts'
import { runTests } from '../../src/kernel/policy-tests/run-tests.ts'
import { cedar } from '../../src/sources/cedar/cedar-language.ts'
import { readTests } from '../../src/sources/policy-tests/read-tests.ts'
import { REGISTRY } from './registry.ts'

function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/guide/${page}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)]
  return blocks.flatMap(([, written, block = '']) => (written === language ? [block] : []))
}

test('the tests of the guide hold for the policy of the guide, in every cell', () => {
  const [policy = ''] = blocksOf('policy-tests.md', '')
  const [yaml = ''] = blocksOf('policy-tests.md', 'yaml')
  const files = [{ file: 'policies/desk.policy', text: policy }]
  const { set, diagnostics } = loadPolicies(files, REGISTRY)
  assert.deepEqual(diagnostics, [])
  assert.ok(set)
  const { suites, diagnostics: mistakes } = readTests({ file: 'desk.test.yaml', text: yaml })
  assert.deepEqual(mistakes, [])
  const results = runTests(suites, set)
  assert.equal(results.length, 8)
  assert.deepEqual(
    results.filter((result) => !isOk(result)),
    [],
  )
  const shown = blocksOf('policy-tests.md', '').find((block) => block.startsWith('survived'))
  const mutants = [...mutantsOf([parsePolicyFile('policies/desk.policy', policy)])].map(
    ({ file, line, column, what }) => `${file}:${line}:${column} ${what}`,
  )
  assert.ok(
    mutants.some((mutant) => shown?.includes(mutant)),
    mutants.join('\n'),
  )
})

test('the Cedar policies of the guide load', () => {
  const [text = ''] = blocksOf('cedar.md', 'cedar')
  const files = [{ file: 'a.cedar', text }]
  const { set, diagnostics } = loadPolicies(files, REGISTRY, { outside: cedar })
  assert.deepEqual([diagnostics, set?.ruleCount], [[], 2])
})
