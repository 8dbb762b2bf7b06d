import assert from 'node:assert/strict'
import type { JsonValue } from '../../src/kernel/json/value.ts'
import type { CompiledRule } from '../../src/kernel/policy/evaluate/compiled.ts'
import { evaluateAll } from '../../src/kernel/policy/evaluate/evaluate.ts'
import { runTest } from '../../src/kernel/policy/evaluate/run-tests.ts'
import { LARGE, TEST, TEST_LENGTH } from '../../src/kernel/policy/evaluate/simple-tests.ts'
import { Trial } from '../../src/kernel/policy/evaluate/trial.ts'
import type { Truth } from '../../src/kernel/policy/evaluate/truth.ts'
import { and, ERROR, FALSE, TRUE } from '../../src/kernel/policy/evaluate/truth.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/**
 * Which conditions are run as numbers, as which tests, and that these come to what the closure of
 * the same condition comes to, whatever the request holds. `…` stands for what is left to closures.
 */
const GUARDS: Readonly<Record<string, string>> = {
  'args.a == "x"': 'text',
  '"x" == args.a': 'text',
  '"x" != args.a': 'otherText',
  '1 != args.a': 'otherNumber',
  'args.a != "x"': 'otherText',
  '!(args.a == "x")': 'otherText',
  '!(args.a != "x")': '…',
  'args.a in ["x", "y"]': 'choice',
  '["x", "y"].contains(args.a)': 'choice',
  'args.a == "x" || args.a == "y"': 'choice',
  'args.a == "x" || args.a in ["y", "secret"]': 'choice',
  'args.a in ["y", "secret"] || "x" == args.a': 'choice',
  'input.a == "x" || input.a == "y"': 'choice',
  '!(args.a in ["x", "y"])': '…',
  'args.a in []': '…',
  'args.a in ["x", 1]': '…',
  'args.a in ["x", args.b]': '…',
  'args.a in [1, 2]': '…',
  '"x" in ["x", "y"]': '…',
  '["x"].contains("x")': '…',
  '[args.a].contains("x")': '…',
  '"x" == "x"': '…',
  'args.a == args.b': '…',
  'args.a': 'boolean',
  '!args.a': 'boolean',
  '!!args.a': 'boolean',
  'args.a == true': 'boolean',
  'args.a == false': 'boolean',
  'args.a != true': 'boolean',
  'false != args.a': 'boolean',
  '!(args.a == true)': 'boolean',
  'args.a == 1': 'number',
  '1 == args.a': 'number',
  'args.a != 1': 'otherNumber',
  'args.a == 15': 'number',
  '!(args.a == 1)': 'otherNumber',
  '!(args.a != 1)': '…',
  '!(args.a < 1)': '…',
  'args.a == 0': 'number',
  'args.a == 1.5': 'LARGE number',
  'args.a != 5000000000': 'LARGE otherNumber',
  'args.a < 1': 'below',
  'args.a <= 1': 'atMost',
  'args.a > 1': 'above',
  'args.a >= 1': 'atLeast',
  '1 < args.a': 'above',
  '1 <= args.a': 'atLeast',
  '1 > args.a': 'below',
  '1 >= args.a': 'atMost',
  'args.a >= 5000000000': 'LARGE atLeast',
  '1.5 > args.a': 'LARGE below',
  'args.a < "internal"': 'labelBelow',
  'args.a <= "internal"': 'labelAtMost',
  'args.a > "internal"': 'labelAbove',
  'args.a >= "internal"': 'labelAtLeast',
  '"internal" < args.a': 'labelAbove',
  '"internal" <= args.a': 'labelAtLeast',
  '"internal" > args.a': 'labelBelow',
  '"internal" >= args.a': 'labelAtMost',
  // Labels beside numbers: a text has a rank, but where a number is asked for it has none.
  'args.b >= "internal" && args.b <= "secret" && args.a > 1': 'labelAtLeast labelAtMost above',
  'args.b >= "internal" && args.b <= "secret" && args.a >= 1': 'labelAtLeast labelAtMost atLeast',
  'args.a.contains("x")': 'element',
  '"x" in args.a': 'element',
  '!("x" in args.a)': '…',
  '1 in args.a': '…',
  'args.a.contains(1)': '…',
  'args.a.contains(true)': '…',
  'args.a.contains(args.b)': '…',
  'args.b in args.a': '…',
  '"x" in [args.a]': '…',
  'args.a.containsAny(["x"])': '…',
  'args.a.startsWith("x")': '…',
  'args.a.isEmpty()': '…',
  'args.a like "x*"': '…',
  'args has a': '…',
  'any(args.a, |e| e == "x")': '…',
  '"x" in args.a || "y" in args.a': 'elements',
  'args.a.contains("y") || "x" in args.a || args.a.contains("secret")': 'elements',
  'args.a == "x" || "x" in args.a': '…',
  '"x" in args.a || args.a == "x"': '…',
  'args.a == "x" || args.a == 1': '…',
  'args.a == 1 || args.a == 2': '…',
  'args.a == "x" || args.a != "y"': '…',
  'args.a == "x" || args.a < "internal"': '…',
  'args.a || args.a': '…',
  'args.a == "x" || args.b == "x"': '…',
  'args.a == "x" || args.a.b == "x"': '…',
  'args.a == "x" || session.a == "x"': '…',
  'args.a == "x" || args.a like "y*"': '…',
  'args.a like "y*" || args.a == "x"': '…',
  'args.ab.c == "x" || args.a.bc == "y"': '…',
  '("x" in args.a || "y" in args.a) && args.b == 1': 'elements number',
  'args.b == 1 && ("x" in args.a || "y" in args.a)': 'number elements',
  'args.a == "x" && args.b == 1': 'text number',
  'args.a == "x" && (args.b == 1 && args.a != "y")': 'text number otherText',
  '(args.a == "x" && args.b == 1) && (args.a != "y" && args.b < 2)': 'text number otherText below',
  'args.a == "x" && args.b like "y*"': 'text …',
  'args.b like "y*" && args.a == "x"': 'text …',
  // What is not simple may use up the visits, and a search after it is left to the closures.
  'args.b like "y*" && "x" in args.a': '…',
  'args.b like "y*" && ("x" in args.a || "y" in args.a)': '…',
  '"x" in args.a && args.b like "y*"': 'element …',
  'args.a.b == "x"': 'text',
}

/** What is read at `args.a`, and at `args.b` too. */
const VALUES: readonly (JsonValue | undefined)[] = [
  ...['x', 'y', 'z', '', 'public', 'internal', 'secret', 'small', true, false, null, undefined],
  ...[0, -0, 1, 2, -1, 1.5, 5e9, 5e9 + 1, Number.NaN, 1 / 0, -1 / 0, 4_294_967_297],
  ...[[], ['x'], ['y'], ['z'], ['z', 'x'], ['y', 'x', 'y'], ['x', 1], [1, 'x'], [1, 'z'], [null]],
  ...[['secret'], [['x']], {}, { b: 'x' }, { b: 'y', bc: 'y' }, [true], [1]],
  // As long as a list may be, and longer.
  ...[1_000, 1_001].map((length) => Array.from({ length }, () => 'x')),
]

const ORDERS = `order secrecy { public < internal < secret } order size { small < big }`

/** More searches of one list than it takes until its elements are numbered. */
const SEARCHES = 4
/** So many elements may be looked for in one guard by simple tests. */
const MAX_SOUGHT = 64

export function simpleGuardTests(): readonly VectorTest[] {
  const bounds = [bounded(MAX_SOUGHT), bounded(MAX_SOUGHT + 1)].flat()
  return [...Object.entries(GUARDS), ...bounds].map(([condition, expected]) => ({
    name: `simple guards: ${condition.slice(0, 60)}, ${condition.length}`,
    run: () => {
      const { rule, table } = compiled(condition)
      assert.equal(testsOf(rule), expected)
      // One list may lead to it by several of its elements.
      assert.equal(rule.repeats, expected.includes('elements'))
      for (const value of VALUES) {
        const args: Record<string, JsonValue> = {}
        if (value !== undefined) Object.assign(args, { a: value, b: value, ab: { c: value } })
        for (const open of [undefined, 'args'])
          agree(rule, () => {
            const trial = new Trial(table)
            trial.begin({ args }, open)
            return trial
          })
      }
    },
  }))
}

/** Searches for so many elements, as one test and as many: more than the bound are not simple. */
function bounded(count: number): readonly (readonly [string, string])[] {
  const each = Array.from({ length: count }, (_, n) => `"x${n}" in args.a`)
  const within = count <= MAX_SOUGHT
  const names = ['text', ...Array.from({ length: Math.min(count, MAX_SOUGHT) }, () => 'element')]
  return [
    [`(${each.join('\n|| ')})`, within ? 'elements' : '…'],
    [['args.b == "x"', ...each].join('\n&& '), [...names, ...(within ? [] : ['…'])].join(' ')],
  ]
}

function compiled(condition: string) {
  const text = `${ORDERS} policy p { deny: t.x if ${condition} }`
  const { enforced, table } = loaded([{ file: 'p.policy', text }]).compiled
  return { rule: enforced.rules[0] ?? assert.fail('no rule'), table }
}

const NAMES = new Map<number, string>(Object.entries(TEST).map(([name, code]) => [code, name]))

function testsOf({ tests }: CompiledRule): string {
  const { codes, whole } = tests ?? assert.fail('no tests')
  const names = codes
    .filter((_, at) => at % TEST_LENGTH === 0)
    .map((code) => NAMES.get(code) ?? `LARGE ${NAMES.get(code - LARGE)}`)
  return (whole ? names : [...names, '…']).join(' ')
}

/** Asked again and again the tests say the same, and what the closures say. */
function agree({ tests, guards }: CompiledRule, begun: () => Trial): void {
  const { codes, whole } = tests ?? assert.fail('no tests')
  const packed = Int32Array.from(codes)
  const trial = begun()
  const closures = evaluateAll(guards, begun())
  for (let search = 0; search < SEARCHES; search++) {
    let truth: Truth = TRUE
    for (let at = 0; at < packed.length; at += TEST_LENGTH)
      truth = and(truth, runTest(packed, at, trial))
    const tells = whole && (trial.open === undefined || truth !== ERROR)
    if (tells || truth === FALSE) assert.equal(truth, closures)
  }
}
