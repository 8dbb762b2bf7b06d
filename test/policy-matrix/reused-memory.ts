import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { decide } from '../../src/kernel/policy/decide.ts'
import { AttributeTable } from '../../src/kernel/policy/evaluate/attribute-table.ts'
import type { About } from '../../src/kernel/policy/evaluate/bucket.ts'
import type { CompiledRule } from '../../src/kernel/policy/evaluate/compiled.ts'
import { RuleIndex, rulesOf } from '../../src/kernel/policy/evaluate/rule-index.ts'
import { Trial } from '../../src/kernel/policy/evaluate/trial.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/** Decisions one after another use the same memory, and none sees anything of the one before. */
export function reusedMemoryTests(): readonly VectorTest[] {
  return [
    { name: 'reused memory: a decision is what it is by itself', run: decidesAsAlone },
    { name: 'reused memory: nothing of a request is kept', run: keepsNothing },
    { name: 'reused memory: a decision within a decision has its own', run: decidesWithin },
    { name: 'reused memory: near misses are kept where they are few', run: keepsFewMisses },
    { name: 'reused memory: a name has one number', run: numbersNames },
  ]
}

const RULES = [
  ...Array.from({ length: 9 }, (_, n) => `allow: t.x if args.a == "x${n}" && args.b == ${n}`),
  ...['deny: t.x if any(args.list, |e| e == "x")', 'deny: t.x if "x" in args.tags'],
  ...['deny: t.x if "y" in args.tags', 'deny: t.x if "z" in args.tags'],
]

function asked(args: JsonObject): PolicyRequest {
  return { operation: 't.x', resource: { type: 'tool', id: 't.x' }, attributes: { args } }
}

function ofRules(rules: readonly string[]) {
  const text = `policy p {\n${rules.join('\n')}\n}`
  const { enforced, table } = loaded([{ file: 'p.policy', text }]).compiled
  return { index: RuleIndex.of(rulesOf(enforced), table), table }
}

const REQUESTS: readonly JsonObject[] = [
  { a: 'x1', b: 1, list: ['of the caller'], tags: ['of the caller'] },
  { a: 'x2', b: 1, list: [], tags: [] },
  { a: 'x2', b: 2, list: [], tags: ['z'] },
  {},
  { a: 'x2', b: 2, list: [1], tags: [] },
  { a: 'x2', b: 2, list: [], tags: ['w'] },
]

function decidesAsAlone(): void {
  const { index, table } = ofRules(RULES)
  const about = index.about('t.x', 't.x')
  const trial = new Trial(table)
  const decided = (args: JsonObject, using: Trial) =>
    decide(about, { request: asked(args), version: '' }, using)
  for (const args of REQUESTS)
    assert.deepEqual(decided(args, trial), decided(args, new Trial(table)))
}

function keepsNothing(): void {
  const { index, table } = ofRules(RULES)
  const trial = new Trial(table)
  for (const args of [undefined, ...REQUESTS]) {
    const about = index.about('t.x', 't.x')
    if (args !== undefined) decide(about, { request: asked(args), version: '' }, trial)
    const { busy, attributes, errors, elements, failures } = trial
    assert.deepEqual(
      { busy, attributes, errors, elements, failures },
      { busy: false, attributes: {}, errors: undefined, elements: [], failures: [] },
    )
    assert.doesNotMatch(inspect(trial, { depth: 4 }), /of the caller/)
  }
}

/** Attributes may be worked out when they are read, and that may ask for a decision. */
function decidesWithin(): void {
  const set = loaded([{ file: 'p.policy', text: `policy p {\n${RULES.join('\n')}\n}` }])
  const [outer = {}, inner = {}] = REQUESTS
  const within: string[] = []
  const args = {
    ...outer,
    get b() {
      within.push(set.decide(asked(inner)).reason)
      return 1
    },
  }
  assert.equal(set.decide(asked(args)).reason, 'allowed')
  assert.deepEqual(within, ['default_deny'])
}

/** As many near misses as are kept at hand. */
const MAX_KEPT = 256

function keepsFewMisses(): void {
  const text = 'policy p { allow: [t.*, t.x] allow: t.x if args.n == 1 }'
  const { rules } = loaded([{ file: 'p.policy', text }]).compiled.enforced
  const [first = assert.fail('no rule'), other = assert.fail('no other rule')] = rules
  for (const count of [MAX_KEPT, MAX_KEPT + 1]) {
    const others = copiesOf(other, count - 1)
    const refs = [first, ...others].map(({ ref }) => ref)
    const index = RuleIndex.of([first, ...others])
    const about = index.about('t.x', 't.x')
    const [once, again] = [about.allowing, about.allowing]
    assert.equal(once === again, count === MAX_KEPT)
    assert.equal(Object.isFrozen(once), count === MAX_KEPT)
    assert.ok(once.length === count && once.every((ref, at) => ref === refs[at]))
    assert.deepEqual(index.about('t.y', 't.y').allowing, [first.ref])
    // Under one head they are kept in any case.
    const one: About = RuleIndex.of(others).about('t.x', 't.x')
    assert.equal(one.allowing, one.buckets[0]?.allowing)
  }
}

function copiesOf(rule: CompiledRule, count: number): readonly CompiledRule[] {
  return Array.from({ length: count }, (_, n) => ({ ...rule, ref: { ...rule.ref, line: n + 2 } }))
}

function numbersNames(): void {
  const table = new AttributeTable()
  assert.equal(table.size, 0)
  const twice = <T>(number: () => T): T => {
    const first = number()
    assert.equal(number(), first)
    return first
  }
  const path = { root: 'args', names: ['a', 'b'] }
  assert.equal(twice(() => table.attribute(path)).slot, 2)
  assert.equal(twice(() => table.attribute({ root: 'input', names: ['a'] })).slot, 1)
  assert.deepEqual([twice(() => table.textOf('x')), twice(() => table.textOf('y'))], [0, 1])
  assert.deepEqual([table.numberOf(1.5), table.choiceOf(new Set('xz'))], [0, 0])
  assert.deepEqual(table.choiceTexts(0), [0, 2])
  assert.deepEqual([twice(() => table.elementOf(7, 'y')), table.elementOf(7, 'x')], [0, 1])
  assert.deepEqual([table.knownElement(7, 'x'), table.elementText(7, 1)], [1, 'x'])
  assert.deepEqual([table.elementsOf([1, 0]), table.elements], [0, [[1, 0]]])
  const ranks = [new Map([['low', 0]]), new Map([['high', 0]])]
  for (const [number, own] of ranks.entries())
    assert.equal(
      twice(() => table.ranksOf(own)),
      number,
    )
  // Three attributes, three texts, a number, a choice and one sought list of elements.
  assert.equal(table.size, 9)
}
