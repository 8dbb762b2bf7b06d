import fc from 'fast-check'

/**
 * Random conditions over so few names and values that they meet often. Most are of types that fit;
 * some are not, so that unknown comes up everywhere, but not all of the time.
 */

const ANY_PATH = [
  ...['args.n', 'args.s', 'args.label', 'args.flag', 'args.tags', 'args.list', 'args.any'],
  ...['args.deep.n', 'args.deep', 'principal.roles', 'principal.level', 'session.ok', 'input.n'],
] as const

/** Mostly a path that holds what is wanted; now and then another. */
function path(...wanted: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...wanted) },
    { weight: 1, arbitrary: fc.constantFrom(...ANY_PATH) },
  )
}

function joined(...parts: readonly (fc.Arbitrary<string> | string)[]): fc.Arbitrary<string> {
  const all = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))
  return fc.tuple(...all).map((texts) => texts.join(' '))
}

const numberPath = path('args.n', 'input.n', 'args.deep.n', 'principal.level', 'operation.seconds')
const textPath = path('args.s', 'principal.name', 'args.label')
const labelPath = path('args.label', 'data.label')
const truthPath = path('args.flag', 'session.ok', 'operation.urgent')
const textsPath = path('args.tags', 'principal.roles')
const listPath = path('args.tags', 'principal.roles', 'args.numbers', 'args.list')

const numberLiteral = fc.constantFrom('-1', '0', '1', '2', '1.5', '2s', '1KB')
const textLiteral = fc.constantFrom('"x"', '"xy"', '"a*b"', '"admin"', '"é"', '""')
const numberText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: numberPath },
  { weight: 3, arbitrary: numberLiteral },
  {
    weight: 1,
    arbitrary: joined(numberPath, fc.constantFrom('+', '-', '*'), numberPath, '+', numberLiteral),
  },
  { weight: 1, arbitrary: listPath.map((list) => `count(${list})`) },
  { weight: 1, arbitrary: fc.oneof(listPath, textPath).map((sized) => `${sized}.length()`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(path('args.list'), numberLiteral)
      .map(([list, number]) => `count(${list}, |g| g.n > ${number})`),
  },
)
const wordText = fc.oneof({ weight: 2, arbitrary: textPath }, textLiteral)
const numbersText = fc.oneof(
  path('args.numbers'),
  fc.constantFrom('[0, 1]', '[]', '[args.n, 2]', '[1, "x"]'),
)
const textsText = fc.oneof(
  { weight: 2, arbitrary: textsPath },
  fc.constantFrom('["x", "admin"]', '[]', '["x", 1]', '[args.s]'),
)

const ORDERINGS = fc.constantFrom('<', '<=', '>', '>=')
const EQUALITIES = fc.constantFrom('==', '!=')
const WINDOWS = [
  ...['Mon-Fri 09:00-17:30 Europe/Vienna', 'Sat,Sun', '22:00-06:00', '2026-11-20..2026-11-22'],
  ...[
    'Fri-Mon 20:00-04:00 America/New_York',
    '00:00-24:00 Asia/Kolkata',
    'Sat 2026-11-21..2026-11-30',
  ],
]

const comparisonText = fc.oneof(
  joined(numberText, fc.oneof(ORDERINGS, EQUALITIES), numberText),
  joined(wordText, EQUALITIES, wordText),
  joined(truthPath, EQUALITIES, fc.constantFrom('true', 'false', 'args.flag')),
  joined(labelPath, ORDERINGS, fc.constantFrom('"public"', '"internal"', '"secret"', '"small"')),
  joined(labelPath, ORDERINGS, labelPath),
)

const membershipText = fc.oneof(
  joined(numberText, 'in', numbersText),
  fc.tuple(textsPath, wordText).map(([list, item]) => `${list}.contains(${item})`),
  fc
    .tuple(textsPath, fc.constantFrom('containsAny', 'containsAll'), textsText)
    .map(([a, method, b]) => `${a}.${method}(${b})`),
  listPath.map((list) => `${list}.isEmpty()`),
)

const textTestText = fc.oneof(
  joined(textPath, 'like', fc.constantFrom('"x*"', '"*"', '"a\\\\*b"', '"*m*n"', '"xy"', '"a*b*"')),
  fc
    .tuple(textPath, fc.constantFrom('startsWith', 'endsWith'), wordText)
    .map(([a, method, b]) => `${a}.${method}(${b})`),
)

const quantifierText = fc.oneof(
  fc
    .tuple(fc.constantFrom('any', 'all', 'none'), path('args.list'), ORDERINGS, numberText)
    .map(([name, list, operator, n]) => `${name}(${list}, |e| e.n ${operator} ${n})`),
  fc
    .tuple(fc.constantFrom('any', 'all', 'none'), textsText, wordText)
    .map(([name, list, word]) => `${name}(${list}, |e| e == ${word} || e like "x*")`),
  fc
    .tuple(fc.constantFrom('any', 'all'), fc.constantFrom('any', 'none'), path('args.numbers'))
    .map(([a, b, list]) => `${a}(args.list, |e| ${b}(${list}, |f| f == e.n))`),
)

const leafText = fc.oneof(
  { weight: 6, arbitrary: comparisonText },
  { weight: 2, arbitrary: truthPath },
  { weight: 3, arbitrary: membershipText },
  { weight: 2, arbitrary: textTestText },
  { weight: 2, arbitrary: quantifierText },
  { weight: 1, arbitrary: joined(path('context.time'), 'during', windowText()) },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'usage.calls > 1') },
)

function windowText(): fc.Arbitrary<string> {
  return fc.constantFrom(...WINDOWS.map((window) => `"${window}"`))
}

/** A condition without `has`. */
export const conditionText: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 3, arbitrary: leafText },
    { weight: 1, arbitrary: joined('(', tie('condition'), '&&', tie('condition'), ')') },
    { weight: 1, arbitrary: joined('(', tie('condition'), '||', tie('condition'), ')') },
    { weight: 1, arbitrary: tie('condition').map((a) => `!(${a})`) },
  ),
})).condition

const hasText = fc.constantFrom(
  ...['args has n', 'args has deep.n', 'principal has level', 'session has ok', 'args.deep has n'],
  ...['input has any', 'args.list has n', 'usage has burst'],
)

/** A condition with `has` where a missing attribute opens nothing. */
export const guardedText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: conditionText },
  { weight: 1, arbitrary: joined(hasText, '&&', conditionText) },
  { weight: 1, arbitrary: joined('(', hasText, '||', conditionText, ')') },
  { weight: 1, arbitrary: fc.constant('(usage has burst && usage.burst > 1)') },
)

/** A condition that may say what follows from a missing attribute: for a deny. */
export const freeText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: guardedText },
  { weight: 1, arbitrary: joined('!(', hasText, ') &&', conditionText) },
  { weight: 1, arbitrary: joined('!(', hasText, ')') },
)
