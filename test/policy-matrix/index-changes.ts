import assert from 'node:assert/strict'
import type { Head } from '../../src/kernel/policy/check/checked.ts'
import {
  type AnyRule,
  allOf,
  type Candidates,
} from '../../src/kernel/policy/evaluate/candidates.ts'
import { PatternMap } from '../../src/kernel/policy/evaluate/pattern-map.ts'
import { MAX_KNOWN_NAMES, RuleIndex, rulesOf } from '../../src/kernel/policy/evaluate/rule-index.ts'
import { matches } from '../../src/kernel/policy/language/pattern.ts'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/**
 * An index that follows another after a change is the index made anew of the same rules, and the
 * one before it stays as it was.
 */
const FILES: readonly PolicyText[] = [
  ['a', 'allow: t.x if args.a == "a"', 'deny: [t.x, t.*] if args.b == 1', 'audit: seen for t.x'],
  ['b', 'allow: [t.x, t.y, memory.*(CRM.*)]', 'require: manager for *', 'deny: memory.read("n*")'],
  ['c', 'allow: *', 'allow: t.x', 'allow: t.y', 'deny: memory.*', 'require: manager for t.x'],
  ['d', 'deny: t.x if args.a == "d"', 'allow: memory.read(CRM.deals)', 'audit: more for memory.*'],
  [
    'e',
    'allow: tt.*',
    'allow: "t.longer*"',
    'deny: alone.there',
    'allow: [t.*, tt.*, t.x]',
    'deny: [t.x, t.x]',
  ],
].map(([file = '', ...rules]) => {
  const vocabulary = file === 'a' ? 'approval manager { approver: role("m") } ' : ''
  const text = `${vocabulary}policy ${file} {\n${rules.join('\n')}\n}`
  return { file: `${file}.policy`, text }
})

const NAMES: readonly (readonly [string, string])[] = [
  ...['t.x', 't.y', 't.', 'tt.x', 't.longer.still', 'alone.there', 'other', 't'],
].map((name) => [name, name] as const)
const ASKED = [
  ...NAMES,
  ...[['memory.read', 'CRM.deals'] as const, ['memory.read', 'notes'] as const],
  ...[['memory.write', 'CRM.x'] as const, ['memory.write', 'else'] as const],
]

/** Files that go and files that come; both is one that changes. */
const CHANGES: readonly (readonly [string, string])[] = [
  ...[['', 'a'] as const, ['a', ''] as const, ['c', ''] as const, ['', 'c'] as const],
  ...[['b', 'b'] as const, ['ab', 'cd'] as const, ['cd', 'ab'] as const, ['e', ''] as const],
  ...[['', 'e'] as const, ['', ''] as const, ['abcde', ''] as const, ['', 'abcde'] as const],
]

export function indexChangeTests(): readonly VectorTest[] {
  const changes = CHANGES.map(([less, more]) => ({
    name: `index changes: without ${less || 'nothing'}, with ${more || 'nothing'}`,
    run: () => follows(less, more),
  }))
  return [
    ...changes,
    { name: 'index changes: what it does not touch is shared', run: sharesTheRest },
    { name: 'index changes: a rule that comes and goes is gone', run: forgetsWhatGoes },
    { name: 'index changes: a pattern that is taken away is gone', run: takesAway },
    { name: 'index changes: names are known until there are too many', run: knowsNames },
  ]
}

/** Its own rules for each call, so that a file can come in the place of itself. */
function rulesIn(files: string): readonly AnyRule[] {
  const { enforced } = loaded(FILES).compiled
  return rulesOf(enforced)
    .filter(({ ref }) => files.includes(ref.policy))
    .toSorted(inFiles)
}

function inFiles(a: AnyRule, b: AnyRule): number {
  return a.ref.policy.localeCompare(b.ref.policy, 'en')
}

function follows(less: string, more: string): void {
  const before = rulesIn('abcde').filter(({ ref }) => less === more || !more.includes(ref.policy))
  const removed = before.filter(({ ref }) => less.includes(ref.policy))
  const added = rulesIn(more)
  const index = RuleIndex.of(before)
  const next = index.with({ removed, added })
  const stay = before.filter((rule) => !removed.includes(rule))
  const all = [...stay, ...added].sort(inFiles)
  same(next, RuleIndex.of(all))
  finds(next, all)
  same(index, RuleIndex.of(before))
  finds(index, before)
}

function sharesTheRest(): void {
  const all = rulesIn('abcde')
  const index = RuleIndex.of(all)
  const removed = all.filter(({ ref }) => ref.policy === 'e')
  const next = index.with({ removed, added: [] })
  const bucketsOf = (it: RuleIndex) => it.about('memory.read', 'CRM.deals').buckets
  const after = bucketsOf(next)
  assert.ok(after.length > 1 && bucketsOf(index).every((bucket, at) => bucket === after[at]))
}

function forgetsWhatGoes(): void {
  const all = rulesIn('ab')
  same(RuleIndex.of([]).with({ removed: all, added: all }), RuleIndex.of([]))
}

function takesAway(): void {
  const map = new PatternMap<string>()
  for (const kind of ['exact', 'prefix', 'every'] as const) {
    map.set({ kind, text: 'a' }, kind)
    assert.deepEqual(map.matching('a'), [kind])
    map.set({ kind, text: 'a' }, undefined)
    const left: string[] = []
    map.map((value) => left.push(value))
    assert.deepEqual([map.matching('a'), left], [[], []])
  }
}

function knowsNames(): void {
  const index = RuleIndex.of(rulesIn('abcde'))
  const first = index.about('t.x', 't.x')
  for (let n = 1; n < MAX_KNOWN_NAMES; n++) index.about('t.x', `${n}`)
  assert.equal(index.about('t.x', 't.x'), first)
  const last = index.about('t.x', '1')
  index.about('one', 'too many')
  assert.notEqual(index.about('t.x', 't.x'), first)
  assert.notEqual(index.about('t.x', '1'), last)
  // And from there on they are known again.
  const anew = index.about('t.x', 't.x')
  for (let n = 4; n < MAX_KNOWN_NAMES; n++) index.about('t.y', `${n}`)
  assert.equal(index.about('t.x', 't.x'), anew)
}

/** Every rule that has a head about what is asked, and no other, each once. */
function finds(index: RuleIndex, rules: readonly AnyRule[]): void {
  for (const [operation, resource] of ASKED) {
    const found = allOf(index.find(operation, resource))
    const isAbout = (head: Head) =>
      matches(head.operation, operation) && matches(head.resource, resource)
    const expected = rules.filter(({ heads }) => heads.some(isAbout))
    assert.equal(found.length, expected.length)
    assert.ok(expected.every((rule) => found.includes(rule)))
  }
}

/** Lists of rules, one for each bucket and kind, and those that finding them together gives. */
function found(index: RuleIndex, operation: string, resource: string): readonly AnyRule[][] {
  const lists = ({ denies, requirements, allows, audits }: Candidates) => [
    ...[[...denies], [...requirements], [...allows], [...audits]],
  ]
  const { buckets } = index.about(operation, resource)
  return [
    ...buckets.flatMap(({ rules }) => lists(rules)),
    ...lists(index.find(operation, resource)),
  ]
}

/** The same rules in the same order, each the very same, and no bucket without any. */
function same(index: RuleIndex, other: RuleIndex): void {
  for (const [operation, resource] of ASKED) {
    const lists = found(index, operation, resource)
    const expected = found(other, operation, resource)
    assert.equal(lists.length, expected.length)
    for (const [at, list] of lists.entries()) {
      const rules = expected[at] ?? []
      assert.equal(list.length, rules.length)
      assert.equal(list.length, new Set(list).size)
      assert.ok(list.every((rule, place) => rule === rules[place]))
    }
  }
}
