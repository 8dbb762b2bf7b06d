import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  allowText,
  anyPolicies,
  denyText,
  filesOf,
} from '../../../../test/policy-matrix/arbitrary/policies.ts'
import { request } from '../../../../test/policy-matrix/arbitrary/requests.ts'
import { REGISTRY } from '../../../../test/policy-matrix/registry.ts'
import { type LoadedPolicies, loadPolicies, type PolicyText } from '../load-policies.ts'
import type { PolicyRequest } from '../policy-request.ts'

const rules = fc.uniqueArray(fc.oneof(allowText(), denyText()), { minLength: 1, maxLength: 4 })
/** What a change may put in the place of a file; nothing takes it away. */
const content = fc.oneof(
  { weight: 6, arbitrary: rules },
  {
    weight: 3,
    arbitrary: fc.constantFrom<readonly string[]>(
      ['deny: slack.*'],
      ['allow: slack.post if args.s == "x"', 'deny: slack.post'],
      ['allow: slack.post if args.label <= "secret"'],
      ['allow: slack.post if nonsense'],
      ['allow: slack.post if'],
      ['allow: slack.read', '} policy p1 { deny: slack.read if args.n == 1'],
      ['} class tools = [slack.*] policy extra { deny: tools'],
      ['} @mode("observe") policy watched { deny: slack.post'],
    ),
  },
  { weight: 1, arbitrary: fc.constant(undefined) },
)
const change = fc.record({ file: fc.nat({ max: 5 }), rules: content })

function changed(
  files: readonly PolicyText[],
  { file: number, rules }: { file: number; rules: readonly string[] | undefined },
): readonly PolicyText[] {
  const file = `${number}.policy`
  const others = files.filter((it) => it.file !== file)
  if (rules === undefined) return others
  return [...others, { file, text: `policy p${number} {\n${rules.join('\n')}\n}` }]
}

/** All that can be seen of what was loaded. */
function outcome({ set, diagnostics }: LoadedPolicies, requests: readonly PolicyRequest[]) {
  const decisions = requests.map((it) => [set?.decide(it), set?.mayAllow(it), set?.explain(it)])
  return { diagnostics, version: set?.version, ruleCount: set?.ruleCount, decisions }
}

test('what is loaded change by change is what is loaded anew', () => {
  const changes = fc.array(change, { minLength: 1, maxLength: 8 })
  const requests = fc.array(request, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(anyPolicies, changes, requests, (policies, all, asked) => {
      let files: readonly PolicyText[] = filesOf(policies)
      let loaded = loadPolicies(files, REGISTRY)
      for (const one of all) {
        files = changed(files, one)
        const next = loadPolicies(files, REGISTRY, { previous: loaded })
        assert.deepEqual(outcome(next, asked), outcome(loadPolicies(files, REGISTRY), asked))
        if (next.set !== undefined) loaded = next
      }
    }),
    { numRuns: 100 },
  )
})

const TEXTS: readonly PolicyText[] = Array.from({ length: 20 }, (_, n) => ({
  file: `${n}.policy`,
  text: `policy p${n} { allow: t${n % 3}.run if args.a == "x${n}" }`,
}))

test('only the file that changed is read again', () => {
  const before = loadPolicies(TEXTS, REGISTRY)
  const text = 'policy p7 { deny: t1.run if args.a == "x7" }'
  const after = loadPolicies(
    TEXTS.map((it) => (it.file === '7.policy' ? { ...it, text } : it)),
    REGISTRY,
    { previous: before },
  )
  const again = (before.memory?.files ?? []).filter(
    (file) => !after.memory?.files.some((it) => it.compiled === file.compiled),
  )
  assert.deepEqual(
    again.map(({ file }) => file),
    ['7.policy'],
  )
  assert.notEqual(after.set?.version, before.set?.version)
  assert.equal(loadPolicies(TEXTS, REGISTRY, { previous: before }), before)
})

test('a set goes on deciding as before when another follows it', () => {
  const before = loadPolicies(TEXTS, REGISTRY)
  const resource = { type: 'tool', id: 't1.run' } as const
  const asked = { operation: 't1.run', resource, attributes: { args: { a: 'x7' } } }
  assert.equal(before.set?.decide(asked).effect, 'allow')
  const fewer = TEXTS.filter(({ file }) => file !== '7.policy')
  const after = loadPolicies(fewer, REGISTRY, { previous: before })
  assert.equal(after.set?.decide(asked).reason, 'default_deny')
  assert.equal(before.set?.decide(asked).effect, 'allow')
  assert.equal(
    loadPolicies(TEXTS, REGISTRY, { previous: after }).set?.decide(asked).effect,
    'allow',
  )
})
