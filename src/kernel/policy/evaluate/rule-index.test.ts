import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Head } from '../check/checked.ts'
import type { Pattern } from '../language/pattern.ts'
import { matches, overlap, patternOf } from '../language/pattern.ts'
import { sourceOf } from '../language/source.ts'
import type { CompiledRequirement, CompiledRule } from './compiled.ts'
import { RuleIndex } from './rule-index.ts'

const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 4 })
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  name.map((text) => ({ kind: 'exact', text }) as const),
  name.map((text) => ({ kind: 'prefix', text }) as const),
  fc.constant({ kind: 'every' } as const),
)
const head: fc.Arbitrary<Head> = fc.record({
  operation: pattern,
  resource: pattern,
  conditions: fc.constant([]),
  start: fc.constant(0),
  end: fc.constant(0),
})
const heads = fc.array(head, { minLength: 1, maxLength: 3 })

test('the index finds each rule that a linear scan finds, once, and no other', () => {
  const rules = fc.array(fc.record({ kind: fc.constantFrom('allow', 'deny', 'require'), heads }))
  fc.assert(
    fc.property(rules, name, name, (shapes, operation, resource) => {
      const all = shapes.map(({ kind, heads }, line) => rule(kind, heads, line))
      const isAbout = (rule: CompiledRule | CompiledRequirement) =>
        rule.heads.some((it) => matches(it.operation, operation) && matches(it.resource, resource))
      const found = RuleIndex.of(all).find(operation, resource)
      for (const [kind, list] of [
        ['deny', found.denies],
        ['require', found.requirements],
        ['allow', found.allows],
      ] as const) {
        const expected = all.filter((it) => it.kind === kind && isAbout(it))
        assert.equal(list.length, expected.length)
        assert.deepEqual(new Set<unknown>(list), new Set<unknown>(expected))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('two patterns overlap when some name is meant by both', () => {
  fc.assert(
    fc.property(pattern, pattern, name, (a, b, either) => {
      if (matches(a, either) && matches(b, either)) assert.ok(overlap(a, b))
      if (overlap(a, b)) assert.ok(matches(a, common(a, b)) && matches(b, common(a, b)))
    }),
  )
})

test('a star stands last or nowhere', () => {
  assert.deepEqual(patternOf('a.*'), { kind: 'prefix', text: 'a.' })
  assert.deepEqual(patternOf('*'), { kind: 'every' })
  assert.equal(patternOf('a.*.b'), undefined)
  assert.equal(patternOf('**'), undefined)
})

/** The longer text of the two is a name that both mean, when there is one. */
function common(a: Pattern, b: Pattern): string {
  const texts = [a, b].map((it) => (it.kind === 'every' ? '' : it.text))
  return texts.toSorted((x, y) => y.length - x.length)[0] ?? ''
}

function rule(kind: string, heads: readonly Head[], line: number) {
  const source = sourceOf('t.policy', '')
  const place = { policy: 'p', file: 't.policy', line, column: 1, text: '' }
  const common = { source, heads, guards: [] }
  if (kind === 'require')
    return {
      ...common,
      kind: 'require',
      ref: { ...place, rule: 'require' },
      predicates: [],
      demands: [],
      approvals: [],
    } satisfies CompiledRequirement
  const effect = kind === 'deny' ? 'deny' : 'allow'
  const ref = { ...place, rule: effect } as const
  return { ...common, kind: effect, ref, requirements: [] } satisfies CompiledRule
}
