import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { changeBetween, outcomeOf } from '../../src/kernel/policy/diff/compare-decisions.ts'
import { policyDiff } from '../../src/kernel/policy/diff/policy-diff.ts'
import type { PolicyVersion } from '../../src/kernel/policy/diff/policy-version.ts'
import { requestOf } from '../../src/kernel/policy/diff/probe-requests.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { anyPolicies, type Drafts, filesOf } from './arbitrary/policies.ts'
import { request } from './arbitrary/requests.ts'
import { REGISTRY } from './registry.ts'

function versionOf(texts: Drafts): PolicyVersion | undefined {
  const files = filesOf(texts)
  const { set } = loadPolicies(files, REGISTRY)
  return set && { files, set }
}

function changed({ set: a }: PolicyVersion, { set: b }: PolicyVersion, asked: Asked) {
  return changeBetween(outcomeOf(a.decide(asked)), outcomeOf(b.decide(asked)))
}
type Asked = Parameters<PolicyVersion['set']['decide']>[0]

test('every witness is a request that the two versions really decide so', () => {
  fc.assert(
    fc.property(anyPolicies, anyPolicies, (before, after) => {
      const [a, b] = [versionOf(before), versionOf(after)]
      if (a === undefined || b === undefined) return
      for (const witness of policyDiff(a, b).search.witnesses) {
        const assignment = new Map(witness.attributes.map(({ path, value }) => [path, value]))
        const asked = requestOf(witness, assignment)
        assert.ok(asked !== undefined)
        assert.equal(changed(a, b, asked), witness.change)
      }
    }),
    { numRuns: 15 },
  )
})

test('a version does not differ from itself', () => {
  fc.assert(
    fc.property(anyPolicies, (texts) => {
      const version = versionOf(texts)
      if (version === undefined) return
      const { changes, search } = policyDiff(version, version)
      assert.deepEqual([changes, search.witnesses], [[], []])
    }),
    { numRuns: 15 },
  )
})

/** Pairs that a random request tells apart, of which the search has to find most. */
const PAIRS = 20
const FOUND_AT_LEAST = 0.9

test('where random requests find a difference, the search finds one nearly always', () => {
  const requests = fc.sample(request, { numRuns: 300, seed: 7 })
  const pairs = fc.sample(fc.tuple(anyPolicies, anyPolicies), { numRuns: 4 * PAIRS, seed: 8 })
  let different = 0
  let found = 0
  for (const [before, after] of pairs) {
    const [a, b] = [versionOf(before), versionOf(after)]
    if (a === undefined || b === undefined || different >= PAIRS) continue
    if (requests.every((asked) => changed(a, b, asked) === 'same')) continue
    different++
    if (policyDiff(a, b).search.witnesses.length > 0) found++
  }
  assert.ok(different >= PAIRS / 2, `${different} pairs are too few`)
  assert.ok(found / different >= FOUND_AT_LEAST, `found ${found} of ${different}`)
})
