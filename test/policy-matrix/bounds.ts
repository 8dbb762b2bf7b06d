import assert from 'node:assert/strict'
import type { JsonValue } from '../../src/kernel/json/value.ts'
import { loaded } from './differential.ts'
import type { VectorTest } from './vectors.ts'

/** What a condition may look at, tried on both sides of each bound. Too long for vectors. */

const ELEMENTS = 1_000
const VISITS = 100_000

interface Row {
  readonly name: string
  readonly condition: string
  readonly args: Readonly<Record<string, JsonValue>>
  /** What is wrong; nothing when the condition can be evaluated. */
  readonly error?: string
}

function list(length: number, element: JsonValue = 1): JsonValue {
  return Array.from({ length }, () => element)
}

/** What the condition looks for. */
function elementOf(condition: string): JsonValue {
  return condition.includes('"x"') ? 'x' : 1
}

const TOO_LONG = `list has more than ${ELEMENTS} elements`
const TOO_MANY = `looks at more than ${VISITS} elements`
const NESTED = 'all(args.l, |x| all(args.m, |y| y == 1))'

const ROWS: readonly Row[] = [
  ...['args.l.contains(1)', 'any(args.l, |x| x == 1)', 'args.l.length() > 1', 'count(args.l) > 1'],
  ...['args.l.contains("x") || args.l.isEmpty()', '"x" in args.l', 'args.l.contains("x")'],
  ...['!args.l.isEmpty()', '[1].containsAny(args.l)', '1 in args.l'],
].flatMap((condition) => [
  {
    name: 'a list as long as may be',
    condition,
    args: { l: list(ELEMENTS, elementOf(condition)) },
  },
  {
    name: 'a longer list',
    condition,
    args: { l: list(ELEMENTS + 1, elementOf(condition)) },
    error: TOO_LONG,
  },
])

/** One more than there may be with a thousand elements each. */
function repeated(condition: string): string {
  return Array.from({ length: VISITS / ELEMENTS + 1 }, () => condition).join('\n && ')
}

const VISITED: readonly Row[] = [
  { name: 'as many as may be', condition: NESTED, args: { l: list(100), m: list(999) } },
  {
    ...{ name: 'one too many', condition: NESTED, args: { l: list(101), m: list(999) } },
    error: TOO_MANY,
  },
  {
    ...{ name: 'searches', condition: 'all(args.l, |x| args.m.contains(1))', error: TOO_MANY },
    args: { l: list(101), m: list(1_000) },
  },
  {
    ...{ name: 'searches side by side', condition: repeated('args.m.contains(1)') },
    ...{ error: TOO_MANY, args: { m: list(1_000) } },
  },
  {
    ...{ name: 'counts side by side', condition: repeated('count(args.m) > 1') },
    ...{ error: TOO_MANY, args: { m: list(1_000) } },
  },
  {
    ...{ name: 'counts', condition: 'all(args.l, |x| count(args.m) > 1)', error: TOO_MANY },
    args: { l: list(101), m: list(1_000) },
  },
  // What is settled is looked at no further.
  {
    ...{ name: 'one that is found', condition: 'any(args.l, |x| any(args.m, |y| y == 1))' },
    args: { l: list(101), m: list(1_000) },
  },
  {
    ...{ name: 'one of many', condition: 'args.l.containsAny(args.m) && args.m.contains(1)' },
    args: { l: list(101), m: list(1_000) },
  },
  {
    name: 'an alternative that holds',
    condition: '(args.l.contains(1) || all(args.l, |x| args.m.contains(1))) && args.m.contains(1)',
    args: { l: list(101), m: list(1_000) },
  },
]

export function boundTests(): readonly VectorTest[] {
  return [...ROWS, ...VISITED].map(({ name, condition, args, error }) => ({
    name: `bounds: ${name}: ${condition.slice(0, 60)}`,
    run: () => {
      // A second rule looks at as much: what one condition costs is its own.
      const rules = `allow: t.x if ${condition}\nallow: [t.x, t.y] if ${condition}`
      const set = loaded([{ file: 'p.policy', text: `policy p {\n${rules}\n}` }])
      const asked = { operation: 't.x', resource: { type: 'tool', id: 't.x' } } as const
      const { reason, errors } = set.decide({ ...asked, attributes: { args } })
      assert.equal(reason, error === undefined ? 'allowed' : 'default_deny')
      const messages = errors.map(({ message }) => message)
      assert.deepEqual(messages, error === undefined ? [] : [error, error])
      assert.ok(set.mayAllow({ ...asked, attributes: {} }))
    },
  }))
}

/** With the arguments open, what passes the bound could have stopped before it: it is shown. */
export function openBoundTest(): VectorTest {
  return {
    name: 'bounds: what passes a bound while something is open is shown',
    run: () => {
      const condition = 'all(session.l, |x| all(session.m, |y| y == args.a))'
      const text = `policy p { allow: t.x if ${condition} }`
      const set = loaded([{ file: 'p.policy', text }])
      const session = { l: list(200), m: list(1_000) }
      const resource = { type: 'tool', id: 't.x' } as const
      assert.ok(set.mayAllow({ operation: 't.x', resource, attributes: { session } }))
    },
  }
}
