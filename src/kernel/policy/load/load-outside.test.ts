import assert from 'node:assert/strict'
import test from 'node:test'
import { policyDiff } from '../diff/policy-diff.ts'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'
import type { OutsideLanguage } from '../outside.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const OURS = { file: 'p/p.policy', text: 'policy p { allow: t.x }' }
const OTHER = { file: 'p/p.shout', text: 'policy loud { deny: t.x }' }

/** Another language that says nothing of any request, but has a doubt about its own file. */
const SHOUTING: OutsideLanguage = {
  endings: ['.shout'],
  load: (files) => ({
    policies: {
      ruleCount: 1,
      fingerprint: JSON.stringify(files),
      judge: () => [],
      foresee: () => [],
    },
    diagnostics: files.map(({ file, text }) => ({
      ...{ severity: 'warning', file, line: 1, column: 1, text, length: 1, message: 'loud' },
    })),
  }),
}

test('a doubt about a file of another language is told once, however often all is loaded', () => {
  const outside = SHOUTING
  const first = loadPolicies([OURS, OTHER], REGISTRY, { outside })
  const second = loadPolicies([OURS, OTHER], REGISTRY, { outside, previous: first })
  const third = loadPolicies([OURS, OTHER], REGISTRY, { outside, previous: second })
  assert.deepEqual(
    [first, second, third].map(({ diagnostics }) => diagnostics.length),
    [1, 1, 1],
  )
  assert.equal(third.set?.version, first.set?.version)
  const without = loadPolicies([OURS], REGISTRY, { outside, previous: third })
  assert.deepEqual(without.diagnostics, [])
  assert.equal(without.set?.version, loadPolicies([OURS], REGISTRY).set?.version)
})

test('versions with files of another language are compared, and these are no rules of ours', () => {
  const { set } = loadPolicies([OURS, OTHER], REGISTRY, { outside: SHOUTING })
  assert.ok(set)
  const version = { files: [OURS, OTHER], set }
  const diff = policyDiff(version, { files: [OURS], set })
  assert.doesNotMatch(JSON.stringify(diff), /shout/)
})
