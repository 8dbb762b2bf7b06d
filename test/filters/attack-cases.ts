import type { LeakCase } from './leak-cases.ts'

const OWN = ['allow: memory.read if data.a == args.x']
const THOUSAND = Array.from({ length: 1_000 }, (_, at) => at)
/** The first and the last behind every byte that characters beyond U+FFFF begin with in UTF-8. */
const ASTRAL_TEXTS = [
  ...['😀', '😀é😀中', '\u{10000}\u{3FFFF}', '\u{40000}\u{7FFFF}', '\u{80000}\u{BFFFF}'],
  ...['\u{C0000}\u{FFFFF}', '\u{100000}\u{10FFFF}x'],
]
const FLOAT_LIMITS = [1e308, -1e308, 1e-200, 5e-324, 0, 1]

/** What somebody who writes arguments, or rows, might try. */
export const ATTACK_CASES: readonly LeakCase[] = [
  {
    name: 'SQL in an argument is a value',
    rules: OWN,
    args: { x: `ann' OR '1'='1` },
    ...{ rows: [{ a: 'ann' }, { a: `ann' OR '1'='1` }], found: [1] },
  },
  {
    name: 'wildcards in an argument are plain characters',
    rules: ['allow: memory.read if data.a.startsWith(args.x) || data.a.endsWith(args.x)'],
    ...{ args: { x: '%' }, rows: [{ a: 'ann' }, { a: '%nn' }, { a: 'an%' }], found: [1, 2] },
  },
  {
    name: 'wildcards of the database in a pattern are plain characters',
    rules: ['allow: memory.read if data.a like "_%?[a]*"'],
    rows: [{ a: 'x%?[a]' }, { a: '_%?[a]' }, { a: '_%?[a]\\n' }, { a: '_x?[a]' }, { a: '_%xa' }],
    found: [1, 2],
  },
  {
    name: 'a pattern keeps to upper and lower case',
    rules: ['allow: memory.read if data.a like "Ann*"'],
    ...{ rows: [{ a: 'ANNA' }, { a: 'Anna' }, { a: 'anna' }], found: [1] },
  },
  {
    name: 'a collation without case makes nothing equal',
    ...{ rules: OWN, args: { x: 'ann' }, rows: [{ a: 'ANN' }, { a: 'ann ' }, { a: 'ann' }] },
    found: [2],
  },
  {
    name: 'half a surrogate pair is not taken for the character that stands for it',
    rules: OWN,
    args: { x: '\uD800' },
    ...{ rows: [{ a: '\uFFFD' }, { a: 'ann' }], found: [] },
  },
  {
    name: 'half a surrogate pair differs from nothing either',
    rules: ['allow: memory.read if data.a != args.x'],
    ...{ args: { x: '\uD800' }, rows: [{ a: '\uFFFD' }], found: [], cautious: true },
  },
  {
    name: 'a NUL in an argument does not fail the statement',
    ...{ rules: OWN, args: { x: 'ann\0' }, rows: [{ a: 'ann' }], found: [] },
  },
  {
    name: 'behind a NUL nothing is hidden from a deny',
    rules: ['allow: memory.read', 'deny: memory.read if data.a like "*secret*"'],
    ...{ rows: [{ a: 'x' }, { a: 'x\0secret' }], found: [0], dialect: 'sqlite' },
  },
  {
    name: 'behind a NUL nothing is hidden from a test of the end',
    rules: ['allow: memory.read unless data.a.endsWith("secret")'],
    ...{ rows: [{ a: 'x' }, { a: 'x\0secret' }], found: [0], dialect: 'sqlite' },
  },
  {
    name: 'of two members of one name both sides read the last',
    rules: ['allow: memory.read if data.doc.owner == "ann"'],
    rows: [
      { doc: '{"owner":"ann","owner":"bob"}' },
      { doc: '{"owner":"bob","own\\u0065r":"ann"}' },
    ],
    found: [1],
  },
  {
    name: 'a number in text is no number, and one is not true',
    rules: ['allow: memory.read if data.doc.v == 1'],
    rows: [{ doc: '{"v":"1"}' }, { doc: '{"v":true}' }, { doc: '{"v":1.0}' }, { doc: '{"v":[1]}' }],
    found: [2],
  },
  {
    name: 'text in a column of numbers is no number',
    rules: ['allow: memory.read if data.n >= 0'],
    ...{ rows: [{ n: 'x' }, { n: '9' }, { n: 9 }], found: [2], dialect: 'sqlite' },
  },
  {
    name: 'a character beyond U+FFFF counts as two, in JSON as in a column',
    rules: [
      'allow: memory.read if data.a.length() == data.n',
      'deny: memory.read if data.doc.c.length() < data.n',
    ],
    rows: ASTRAL_TEXTS.flatMap((a) => [
      { a, n: a.length, doc: JSON.stringify({ c: a }) },
      { a, n: a.length, doc: JSON.stringify({ c: a.slice(2) }) },
      { a, n: a.length - 1, doc: JSON.stringify({ c: a }) },
    ]),
    found: ASTRAL_TEXTS.map((_, at) => 3 * at),
  },
  {
    name: 'text that is no JSON denies where it cannot be read',
    rules: ['allow: memory.read', 'deny: memory.read if data.doc has hold'],
    rows: [{ doc: '{hold:1}' }, { doc: '{}\0{"hold":1}' }, { doc: '{"hold":1}' }, { doc: '{}' }],
    ...{ found: [3], dialect: 'sqlite' },
  },
  {
    name: 'a label outside the order is on neither side of it',
    rules: ['allow: memory.read unless data.a > "internal"'],
    rows: [{ a: 'public' }, { a: 'secret' }, { a: 'ultra' }, { a: 'PUBLIC' }],
    found: [0],
  },
  {
    name: 'a list that is too long is no list, and a deny on it denies',
    rules: ['allow: memory.read', 'deny: memory.read if data.doc.contains("x")'],
    rows: [1_000, 1_001].map((length) => ({ doc: JSON.stringify(Array(length).fill('y')) })),
    found: [0],
  },
  {
    name: 'an element that cannot be compared leaves a deny in force',
    rules: ['allow: memory.read', 'deny: memory.read if data.doc.contains("x")'],
    rows: [{ doc: '["y"]' }, { doc: '["y",null]' }, { doc: '["y",1]' }, { doc: '[]' }],
    found: [0, 3],
  },
  {
    name: 'a row that overflows is unknown and does not fail the statement',
    rules: [
      'allow: memory.read if data.n * data.n * 10 > 5',
      'allow: memory.read if data.n + data.n < 0',
    ],
    rows: FLOAT_LIMITS.map((n) => ({ n })),
    ...{ found: [5], cautious: true },
  },
  {
    name: 'integers beyond doubles are compared as doubles',
    rules: ['allow: memory.read if data.doc.v == args.x'],
    args: { x: 2 ** 53 },
    rows: [
      { doc: '{"v":9007199254740993}' },
      { doc: '{"v":9007199254740992}' },
      { doc: '{"v":9007199254740994}' },
    ],
    found: [0, 1],
  },
  {
    name: 'numbers beyond doubles are no numbers',
    rules: ['allow: memory.read if data.doc.v > 0', 'deny: memory.read unless data.doc has v'],
    ...{ rows: [{ doc: '{"v":1e400}' }, { doc: '{"v":1e-400}' }, { doc: '{"v":1}' }], found: [2] },
  },
  {
    name: 'a condition of a thousand parts is no deeper than the database reads',
    rules: [
      `allow: memory.read if ${THOUSAND.map((at) => `data.a == "${at}"`).join('\n|| ')}`,
      'deny: memory.read if data.a in args.x',
    ],
    args: { x: THOUSAND.map((at) => String(2 * at)) },
    ...{ rows: [{ a: '998' }, { a: '999' }, { a: '1000' }], found: [1] },
  },
  {
    name: 'an attribute whose name holds a dot is not the one that a path leads to',
    rules: ['allow: memory.read if data has "deep.c"', 'allow: memory.read if data.deep.c == "y"'],
    ...{ rows: [{ b: 'x' }, { b: 'y' }], found: [1] },
  },
]
