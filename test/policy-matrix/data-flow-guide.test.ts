import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { isOk } from '../../src/kernel/policy-tests/render-results.ts'
import { runTests } from '../../src/kernel/policy-tests/run-tests.ts'
import { readTests } from '../../src/sources/policy-tests/read-tests.ts'
import { loadText } from '../support/config-text.ts'
import { REGISTRY } from './registry.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/data-flow.md', import.meta.url), 'utf8')
const blocks = [...GUIDE.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)]
const [policy = '', , declared = ''] = blocks.flatMap(([, language, text = '']) =>
  language === '' ? [text] : [],
)
const block = (named: string) => blocks.find(([, language]) => language === named)?.[2] ?? ''

const load = (...texts: readonly string[]) =>
  loadPolicies(
    texts.map((text, n) => ({ file: `${n}.policy`, text })),
    REGISTRY,
  )

test('the policy of the guide loads, and its test holds', () => {
  const { set, diagnostics } = load(policy, declared)
  assert.deepEqual(diagnostics, [])
  const { suites } = readTests({ file: 'flow.test.yaml', text: withPrincipal(block('yaml')) })
  const results = runTests(suites, set ?? assert.fail())
  assert.equal(results.length, 1)
  assert.deepEqual(
    results.filter((result) => !isOk(result)),
    [],
  )
})

function withPrincipal(tests: string): string {
  return `fixtures: { principals: { sales: {} } }\n${tests}`
}

test('a label that the set does not declare is refused where it declares some', () => {
  for (const rule of [
    'deny: a.b if "privat" in run.labels',
    'deny: a.b if run.labels.contains("privat")',
    'deny: a.b if run.labels.containsAny(["private", "privat"])',
    'require: label("private", "privat")',
  ]) {
    const misspelt = `policy p { allow: a.b ${rule} }`
    assert.deepEqual(load(misspelt).diagnostics, [])
    assert.match(load(misspelt, declared).diagnostics[0]?.message ?? '', /no label `privat`/)
  }
  const unknown = 'policy p { allow: a.b deny: a.b if run.label == "x" }'
  assert.match(load(unknown).diagnostics[0]?.message ?? '', /`run` has no attribute `label`/)
})

test('the window of the guide is one that the configuration takes', async (t) => {
  const { config } = await loadText(t, block('toml'))
  assert.deepEqual(config.labels, { windowMs: 86_400_000 })
})
