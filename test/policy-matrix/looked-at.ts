import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { decide } from '../../src/kernel/policy/decide.ts'
import { AttributeTable } from '../../src/kernel/policy/evaluate/attribute-table.ts'
import type { AnyRule } from '../../src/kernel/policy/evaluate/candidates.ts'
import type { CompiledSet } from '../../src/kernel/policy/evaluate/compiled.ts'
import { without } from '../../src/kernel/policy/evaluate/places.ts'
import { RuleIndex, rulesOf } from '../../src/kernel/policy/evaluate/rule-index.ts'
import { TEST } from '../../src/kernel/policy/evaluate/simple-tests.ts'
import { Trial } from '../../src/kernel/policy/evaluate/trial.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/**
 * What a decision looks at: the index leaves out what it may, each attribute is read once, and the
 * closures are asked only for what the tests of a guard cannot tell. None of it changes a decision,
 * so nothing but this would notice that it no longer works.
 */
interface Crowd {
  readonly name: string
  /** How many rules; each has its number in the place of `#`. */
  readonly rules: number
  readonly rule: string
  readonly asked: readonly Asked[]
}

/** `b#` stands for the attributes of all rules; they are there whatever else the request holds. */
interface Asked {
  readonly args: JsonObject
  readonly reads: string
  /** Numbers of the rules whose closures are asked. None: the tests told everything. */
  readonly closures?: string
}

const ALL = 'b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11'
const EVERY = '0 1 2 3 4 5 6 7 8 9 10 11'
const TOO_LONG: JsonValue = Array.from({ length: 1_001 }, () => 'x3')

const CROWDS: readonly Crowd[] = [
  {
    ...{ name: 'found by a text', rules: 12, rule: 'args.b# == 1 && args.a == "x#"' },
    asked: [
      { args: { a: 'x3' }, reads: 'a b3' },
      { args: { a: 'x2' }, reads: 'a b2' },
      { args: { a: 'other' }, reads: 'a' },
      { args: { a: 'x1', b1: 2 }, reads: 'a b1' },
      { args: { a: 'x1', b1: 'no number' }, reads: 'a b1', closures: '1' },
      { args: {}, reads: ALL, closures: EVERY },
      { args: { a: 7 }, reads: `a ${ALL}`, closures: EVERY },
      { args: { a: 7, b2: 2, b3: 2 }, reads: `a ${ALL}`, closures: '0 1 4 5 6 7 8 9 10 11' },
    ],
  },
  {
    ...{ name: 'found by one of several texts', rules: 12 },
    rule: 'args.b# == 1 && args.a in ["x#", "y"]',
    asked: [
      { args: { a: 'x3' }, reads: 'a b3' },
      { args: { a: 'y' }, reads: `a ${ALL}` },
      { args: { a: 'other' }, reads: 'a' },
    ],
  },
  {
    ...{ name: 'found by an element', rules: 12, rule: 'args.b# == 1 && "x#" in args.a' },
    asked: [
      { args: { a: ['x3', 'x5', 'x3', 'other'] }, reads: 'a b3 b5' },
      { args: { a: [] }, reads: 'a' },
      { args: { a: ['x3', 1] }, reads: `a ${ALL}`, closures: '0 1 2 4 5 6 7 8 9 10 11' },
      { args: { a: 'x3' }, reads: `a ${ALL}`, closures: EVERY },
      { args: { a: TOO_LONG }, reads: `a ${ALL}`, closures: EVERY },
      { args: {}, reads: ALL, closures: EVERY },
    ],
  },
  {
    ...{ name: 'found by one of several elements', rules: 12 },
    rule: 'args.b# == 1 && ("x#" in args.a || "y#" in args.a)',
    asked: [
      { args: { a: ['y3', 'x3', 'x4'] }, reads: 'a b3 b4' },
      { args: { a: ['other'] }, reads: 'a' },
    ],
  },
  {
    ...{ name: 'as few as are indexed', rules: 8, rule: 'args.b# == 1 && args.a == "x#"' },
    asked: [{ args: { a: 'x3' }, reads: 'a b3' }],
  },
  {
    ...{ name: 'too few to be indexed', rules: 7, rule: 'args.b# == 1 && args.a == "x#"' },
    asked: [{ args: { a: 'x3' }, reads: 'a b0 b1 b2 b3 b4 b5 b6' }],
  },
  {
    ...{ name: 'found by the text that tells more apart', rules: 12 },
    rule: 'args.b# == 1 && args.a == "same" && args.c == "x#"',
    asked: [{ args: { a: 'same', c: 'x3' }, reads: 'a b3 c' }],
  },
  {
    ...{ name: 'found by the first of two that tell as much apart', rules: 12 },
    rule: 'args.b# == 1 && args.a == "x#" && args.c == "x#"',
    asked: [
      { args: { a: 'other', c: 'x3' }, reads: 'a' },
      { args: { a: 'x3', c: 'other' }, reads: 'a b3 c' },
    ],
  },
  {
    ...{ name: 'found by a list that tells far more apart', rules: 12 },
    rule: 'args.b# == 1 && args.a == "same" && "x#" in args.c',
    asked: [{ args: { a: 'same', c: ['x3'] }, reads: 'a b3 c' }],
  },
  {
    ...{ name: 'found by a text though a list tells a few more apart', rules: 12 },
    rule: 'args.b# == 1 && ("x#" in args.c) && args.a == "x%"',
    asked: [{ args: { a: 'x1', c: [] }, reads: 'a b1 b5 b9 c' }],
  },
  {
    ...{ name: 'found by nothing', rules: 12, rule: 'args.b# != 1' },
    asked: [{ args: { a: 'x3' }, reads: ALL }],
  },
  {
    ...{ name: 'tests and more', rules: 12, rule: 'args.a == "x#" && args.b# + 1 == 2' },
    asked: [
      { args: { a: 'x3' }, reads: 'a b3', closures: '3' },
      { args: { a: 'other' }, reads: 'a' },
    ],
  },
  {
    ...{
      name: 'an attribute of an attribute',
      rules: 12,
      rule: 'args.b# == 1 && args.a.d == "x#"',
    },
    asked: [{ args: { a: { d: 'x3' } }, reads: 'a b3' }],
  },
]

export function lookedAtTests(): readonly VectorTest[] {
  return [
    ...crowdTests(),
    { name: 'looked at: a list for the third time', run: readsListsThrice },
    { name: 'looked at: what a rule is found by is not tested again', run: testsOnce },
  ]
}

function crowdTests(): readonly VectorTest[] {
  return CROWDS.flatMap((crowd) =>
    crowd.asked.map((asked) => ({
      name: `looked at: ${crowd.name}: ${JSON.stringify(asked.args).slice(0, 60)}`,
      run: () => looksAt(crowd, asked),
    })),
  )
}

function looksAt({ rules, rule }: Crowd, asked: Asked): void {
  const { compiled } = loaded([{ file: 'p.policy', text: policyOf(rules, rule) }])
  const members = Array.from({ length: rules }, (_, n) => [`b${n}`, 1] as const)
  const args = { ...Object.fromEntries(members), ...asked.args }
  const plain = decided(RuleIndex.of(rulesOf(compiled.enforced)), compiled, args)
  const closures: number[] = []
  const index = RuleIndex.of(watched(compiled, closures), compiled.table)
  const reads: PropertyKey[] = []
  assert.deepEqual(decided(index, compiled, readBy(args, reads)), plain)
  assert.deepEqual(reads.map(String).sort(byNumber), asked.reads.split(' '))
  assert.equal(closures.join(' '), asked.closures ?? '')
}

/** From the third search on what a list holds is numbered, and it is not read again. */
function readsListsThrice(): void {
  const { compiled } = loaded([{ file: 'p.policy', text: policyOf(6, '"x#" in args.a') }])
  let reads = 0
  const a = new Proxy(['x5'], {
    get: (list, name, receiver) => {
      if (name === Symbol.iterator) reads++
      return Reflect.get(list, name, receiver)
    },
  })
  const { determining } = decided(
    RuleIndex.of(rulesOf(compiled.enforced), compiled.table),
    compiled,
    { a },
  )
  assert.deepEqual([reads, determining.length], [3, 1])
}

function testsOnce(): void {
  const texts = [
    [TEST.number, 1, 5],
    [TEST.text, 2, 7],
    [TEST.text, 3, 8],
    [TEST.text, 2, 9],
  ]
  const left = without({ codes: texts.flat(), whole: true }, 2, new AttributeTable())
  assert.deepEqual(left, [texts[0], texts[2], texts[3]].flat())
}

/** `#` is the number of the rule, `%` its rest by four. */
function policyOf(rules: number, rule: string): string {
  const all = Array.from({ length: rules }, (_, n) => {
    return `allow: t.x if ${rule.replaceAll('#', `${n}`).replaceAll('%', `${n % 4}`)}`
  })
  return `policy p {\n${all.join('\n')}\n}`
}

function decided(index: RuleIndex, { table }: CompiledSet, args: JsonObject) {
  const resource = { type: 'tool', id: 't.x' } as const
  const request = { operation: 't.x', resource, attributes: { args } }
  return decide(index.about('t.x', 't.x'), { request, version: '' }, new Trial(table))
}

/** The rules, which tell when the closure of a guard is asked. */
function watched({ enforced }: CompiledSet, closures: number[]): readonly AnyRule[] {
  return rulesOf(enforced).map((rule, index) => ({
    ...rule,
    guards: rule.guards.map((guard) => ({
      ...guard,
      condition: (scope: Parameters<typeof guard.condition>[0]) => {
        closures.push(index)
        return guard.condition(scope)
      },
    })),
  }))
}

/** Of what is missing nothing is noted: it is read again to say where the path broke off. */
function readBy(args: JsonObject, reads: PropertyKey[]): JsonObject {
  return new Proxy(args, {
    getOwnPropertyDescriptor: (target, name) => {
      if (Object.hasOwn(target, name)) reads.push(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
  })
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
