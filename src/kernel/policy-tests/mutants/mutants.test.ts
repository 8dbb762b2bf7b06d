import assert from 'node:assert/strict'
import test from 'node:test'
import { parsePolicyFile } from '../../policy/language/parser.ts'
import { loadPolicies } from '../../policy/load-policies.ts'
import { obligationRegistry } from '../../policy/obligation-registry.ts'
import { requestOf } from '../fixtures.ts'
import type { Expected, TestCell } from '../suite.ts'
import { mutantsOf } from './mutants.ts'
import { mutationReport, tryMutants } from './try-mutants.ts'

const REGISTRY = obligationRegistry({ patterns: ['email', 'phone'], checkField: () => undefined })

/** Mutants of one policy, as `what: after`. */
function mutants(body: string, before = ''): readonly string[] {
  const files = [{ file: 'p.policy', text: `${before}policy p {\n${body}\n}` }]
  assert.deepEqual(
    loadPolicies(files, REGISTRY).diagnostics.filter((it) => it.severity === 'error'),
    [],
  )
  return [...mutantsOf(files.map((it) => parsePolicyFile(it.file, it.text)))].map(
    ({ what, after }) => `${what}: ${after}`,
  )
}

const RULES: readonly (readonly [string, readonly string[]])[] = [
  ['allow: t.x', ['leave out the allow: allow: t.x if false', '`t.x` becomes `t.*`: allow: t.*']],
  ['@reason("r") deny: "t"', ['leave out the deny: ']],
  ['deny: t.*', ['leave out the deny: ', '`t.*` becomes `*`: deny: *']],
  [
    'allow: "a-b.c" unless args.n >= 15m',
    [
      'leave out the allow: allow: "a-b.c" if false',
      '`a-b.c` becomes `a-b.*`: allow: "a-b.*" unless args.n >= 15m',
      'negate the guard: allow: "a-b.c" if args.n >= 15m',
      '`>=` becomes `>`: allow: "a-b.c" unless args.n > 15m',
      '`15m` becomes `16m`: allow: "a-b.c" unless args.n >= 16m',
      '`15m` becomes `14m`: allow: "a-b.c" unless args.n >= 14m',
    ],
  ],
  [
    'deny: * if args.a && (args.b || args.c) && true',
    [
      'leave out the deny: ',
      'negate the guard: deny: * unless args.a && (args.b || args.c) && true',
      '`&&` becomes `||`: deny: * if args.a || (args.b || args.c) || true',
      'leave out a condition: deny: * if true && (args.b || args.c) && true',
      'leave out a condition: deny: * if args.a && true && true',
      '`||` becomes `&&`: deny: * if args.a && (args.b && args.c) && true',
      'leave out an alternative: deny: * if args.a && (false || args.c) && true',
      'leave out an alternative: deny: * if args.a && (args.b || false) && true',
      '`true` becomes `false`: deny: * if args.a && (args.b || args.c) && false',
    ],
  ],
  [
    'allow: t.x require: [redact("email"), max_rows(100)]',
    [
      'leave out the allow: allow: t.x if false require: [redact("email"), max_rows(100)]',
      '`t.x` becomes `t.*`: allow: t.* require: [redact("email"), max_rows(100)]',
      'leave out the require: allow: t.x ',
      'leave out `redact("email")`: allow: t.x require: [max_rows(100)]',
      'leave out `max_rows(100)`: allow: t.x require: [redact("email")]',
      '`100` becomes `101`: allow: t.x require: [redact("email"), max_rows(101)]',
      '`100` becomes `99`: allow: t.x require: [redact("email"), max_rows(99)]',
    ],
  ],
]

for (const [body, expected] of RULES)
  test(`mutants of ${body}`, () => assert.deepEqual(mutants(body), expected))

test('a label becomes its neighbours, and an attachment goes', () => {
  const before = 'order o { low < mid < high }\n'
  const found = mutants('allow: t.x if args.l >= "mid"', before)
  assert.deepEqual(
    found.filter((it) => it.startsWith('label')),
    [
      'label `mid` becomes `low`: allow: t.x if args.l >= "low"',
      'label `mid` becomes `high`: allow: t.x if args.l >= "high"',
    ],
  )
  const attached = 'policy p for agents("a"), roles("b") { allow: t.x }'
  const [first] = mutantsOf([parsePolicyFile('p.policy', attached)])
  assert.equal(first?.after, 'policy p { allow: t.x }')
})

test('lines keep their numbers whatever goes', () => {
  const text = 'policy p {\n  allow: t.x\n  deny: [\n    t.y,\n    t.z\n  ]\n  deny: t.w\n}'
  for (const mutant of mutantsOf([parsePolicyFile('p.policy', text)]))
    assert.equal(mutant.text.split('\n').length, 8)
})

function cell(args: Record<string, number>, effect: Expected['effects'][number]): TestCell {
  const principal = { kind: 'agent', id: 'a', roles: [] }
  const at = { file: 'p.test.yaml', line: 1, column: 1, text: '' }
  return {
    title: [],
    request: requestOf({ principal, operation: 't.x', args, attributes: [], approved: [], now: 0 }),
    expected: { effects: [effect], at },
  }
}

test('a mutant is killed by a test that fails, survives without one, and may not load', () => {
  const text = 'policy p { allow: t.x if args has n && args.n > 3 }'
  const mutated = { files: [{ file: 'p.policy', text }], registry: REGISTRY }
  const tried = [...tryMutants(mutated, [cell({ n: 9 }, 'allow'), cell({ n: 1 }, 'deny')])]
  const outcomes = Object.fromEntries(
    tried.map(({ what, after, outcome }) => [`${what}: ${after}`, outcome]),
  )
  assert.equal(
    outcomes['`>` becomes `>=`: policy p { allow: t.x if args has n && args.n >= 3 }'],
    'survived',
  )
  assert.equal(
    outcomes['leave out a condition: policy p { allow: t.x if args has n && true }'],
    'killed',
  )
  assert.equal(
    outcomes['negate the guard: policy p { allow: t.x unless args has n && args.n > 3 }'],
    'unloadable',
  )
  const { killed, survived, unloadable, percent, complete } = mutationReport(tried, true)
  assert.deepEqual(
    [killed + survived.length + unloadable, unloadable, complete],
    [tried.length, 1, true],
  )
  assert.equal(percent, Math.floor((100 * killed) / (killed + survived.length)))
})
