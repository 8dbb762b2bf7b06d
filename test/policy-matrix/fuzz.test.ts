import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { MAX_NESTING } from '../../src/kernel/policy/language/bounds.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { commonPolicies, commonRequest } from './cedar/arbitrary.ts'
import { cedarComparison } from './cedar/compare.ts'
import { diagnosed } from './diagnosed.ts'
import { differential } from './differential.ts'
import { mutatedText } from './mutated-text.ts'
import { REGISTRY } from './registry.ts'

test('whatever the text, loading answers with a set or with errors that show their place', () => {
  fc.assert(
    fc.property(mutatedText, (text) => void diagnosed(text)),
    { numRuns: 10_000 },
  )
})

test('Cedar decides as we do, by the same rules, on the policies that it has words for', () => {
  const requests = fc.array(commonRequest, { minLength: 1, maxLength: 20, size: 'max' })
  fc.assert(
    fc.property(commonPolicies, requests, (files, all) => {
      const decide = differential(files)
      const compare = cedarComparison(files)
      for (const one of all) compare(one, decide(one))
    }),
    { numRuns: 200 },
  )
})

const NESTINGS: Readonly<Record<string, (depth: number) => string>> = {
  parentheses: (depth) => `${'(\n'.repeat(depth)}true${')\n'.repeat(depth)}`,
  negations: (depth) => `${'!\n'.repeat(depth)}true`,
  lists: (depth) => `args.a in ${'[\n'.repeat(depth)}${']\n'.repeat(depth)}`,
  calls: (depth) => `${'count(\n'.repeat(depth)}args.a${')\n'.repeat(depth)} == 1`,
  unclosed: (depth) => '(\n'.repeat(depth),
}

for (const [what, guard] of Object.entries(NESTINGS)) {
  test(`${what} nested too deep are one error, however deep`, () => {
    for (const depth of [MAX_NESTING + 1, 100_000]) {
      const text = `policy p {\nallow: t.x if ${guard(depth)}\n}`
      const { set, diagnostics } = loadPolicies([{ file: 'f.policy', text }], REGISTRY)
      assert.equal(set, undefined)
      assert.deepEqual(
        diagnostics.map(({ message }) => message),
        [`nested deeper than ${MAX_NESTING} levels`],
      )
    }
  })
}

test('a chain is no nesting: it may have as many parts as a condition', () => {
  const conjuncts = Array.from({ length: 1_300 }, (_, index) => `args.a != ${index}`)
  const text = `policy p { allow: t.x if ${conjuncts.join('\n && ')} }`
  const { set } = loadPolicies([{ file: 'f.policy', text }], REGISTRY)
  const resource = { type: 'tool', id: 't.x' } as const
  const decision = set?.decide({ operation: 't.x', resource, attributes: { args: { a: -1 } } })
  assert.equal(decision?.effect, 'allow')
})
