import type { JsonObject } from '../../src/kernel/json/value.ts'

/** A way in which filters of policy engines have let rows through, or lost them. */
export interface LeakCase {
  readonly name: string
  readonly rules: readonly string[]
  /** What is known, as `args`. */
  readonly args?: JsonObject
  /** Rows of `note(a text, b text, n number, flag boolean, doc JSON)`, by column. */
  readonly rows: readonly Readonly<Record<string, Cell>>[]
  /** The places of the rows to be found. */
  readonly found: readonly number[]
  /** Only there. */
  readonly dialect?: 'sqlite' | 'postgres'
  /** `decide` permits more: the filter may not find rows that the database cannot judge. */
  readonly cautious?: true
}

type Cell = string | number | boolean | null

const ANN = { a: 'ann', b: 'ann' }
const NOTHING = { a: null, b: null, n: null, flag: null }

export const LEAK_CASES: readonly LeakCase[] = [
  {
    name: 'a test for presence is not folded into permission',
    rules: ['allow: memory.read if data has a'],
    ...{ rows: [ANN, NOTHING], found: [0] },
  },
  {
    name: 'two attributes of one row are compared with each other',
    rules: ['allow: memory.read if data.a == data.b'],
    rows: [ANN, { a: 'ann', b: 'bob' }, { a: 'ann', b: null }, NOTHING, { a: 'ANN', b: 'ann' }],
    found: [0],
  },
  {
    name: 'a deny that cannot be expressed is not dropped',
    rules: ['allow: memory.read', 'deny: memory.read if data.n during "Sat,Sun"'],
    ...{ rows: [ANN, { n: 0 }, NOTHING], found: [], cautious: true },
  },
  {
    name: 'a deny of which one conjunct cannot be expressed still denies, and only where it may',
    rules: [
      'allow: memory.read',
      'deny: memory.read if data.a == "ann" && data.n during "Sat,Sun"',
    ],
    ...{ rows: [ANN, { a: 'bob', n: 0 }, NOTHING], found: [1] },
  },
  {
    name: 'a requirement that cannot be expressed is not dropped',
    rules: ['allow: memory.read', 'require: data.n during "Mon-Fri 00:00-24:00" for memory.*'],
    ...{ rows: [ANN, { n: 0 }], found: [], cautious: true },
  },
  {
    name: 'an allow that cannot be expressed permits nothing, beside one that can',
    rules: [
      'allow: memory.read if data.n during "Sat,Sun"',
      'allow: memory.read if data.a == "ann"',
    ],
    ...{ rows: [ANN, { a: 'bob', n: 0 }], found: [0] },
  },
  {
    name: 'a later allow does not lift a deny',
    rules: ['deny: memory.read if data.a == "ann"', 'allow: memory.read'],
    ...{ rows: [ANN, { a: 'bob' }], found: [1] },
  },
  {
    name: 'an earlier allow does not lift a deny',
    rules: ['allow: memory.read', 'deny: memory.read if data.a == "ann"'],
    ...{ rows: [ANN, { a: 'bob' }], found: [1] },
  },
  {
    name: 'a deny on what is NULL denies',
    rules: ['allow: memory.read', 'deny: memory.read if data.flag'],
    ...{ rows: [{ flag: true }, { flag: false }, { flag: null }], found: [1] },
  },
  {
    name: 'not equal does not hold for NULL',
    rules: ['allow: memory.read if data.a != "bob"'],
    ...{ rows: [ANN, { a: 'bob' }, NOTHING], found: [0] },
  },
  {
    name: 'rows that need an approval are not found',
    rules: ['allow: memory.read', 'require: manager for memory.read if data.n > 1'],
    ...{ rows: [{ n: 1 }, { n: 2 }, NOTHING], found: [0] },
  },
  {
    name: 'an approval of one policy is not lost where another allows as well',
    rules: [
      'allow: memory.read',
      '}',
      'policy q {',
      'allow: memory.read if data.n > 1',
      'require: manager',
    ],
    ...{ rows: [{ n: 1 }, { n: 2 }, NOTHING], found: [0, 2] },
  },
  {
    name: 'what cannot be expressed is not taken for an approval that is not needed',
    rules: [
      ...['allow: memory.read', '}', 'policy q {'],
      ...['allow: memory.read if data.n during "Thu"', 'require: manager'],
    ],
    ...{ rows: [{ n: 0 }, ANN], found: [], cautious: true },
  },
]
