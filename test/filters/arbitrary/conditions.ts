import fc from 'fast-check'

/**
 * Random conditions on records that are not known, over so few names and values that they meet
 * often. A record has `a` (mostly text), `n` (a number), `flag`, `list` and `tags`, and `deep.c`;
 * known are `principal.roles`, `.level` and `.label`, and `session.ok`.
 */
const recordPath = fc.constantFrom(
  ...['data.a', 'data.n', 'data.flag', 'data.list', 'data.tags', 'data.deep.c', 'data.deep'],
)
const knownPath = fc.constantFrom(
  ...['principal.roles', 'principal.level', 'principal.label', 'session.ok'],
)
const path = fc.oneof({ weight: 3, arbitrary: recordPath }, { weight: 1, arbitrary: knownPath })
const text = fc.constantFrom('"x"', '"X"', '"public"', '"secret"', '"small"', '"a%_b"', '"😀"')
const scalar = fc.oneof(text, fc.constantFrom('0', '1', '2', '1.5', 'true', 'false'))
const label = fc.constantFrom('"public"', '"internal"', '"small"')
const order = fc.constantFrom('<', '<=', '>', '>=')

function joined(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const all = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))
  return fc.tuple(...all).map((texts) => texts.join(''))
}

const number = fc.oneof(
  joined(path, fc.constantFrom(' + ', ' - ', ' * '), path, fc.constantFrom('', ' * 2', ' - 1')),
  joined('count(', path, ', |i| i == ', fc.oneof(scalar, recordPath), ')'),
  joined('count(', path, ')'),
  joined(path, '.length()'),
  joined('count([1, "x"], |i| i == ', recordPath, ')'),
)
const operand = fc.oneof(
  { weight: 3, arbitrary: path },
  { weight: 2, arbitrary: scalar },
  { weight: 1, arbitrary: number },
)
const list = fc.oneof(
  path,
  fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  joined('[', path, ', ', scalar, ']'),
)
const pattern = fc.constantFrom('"*"', '"x*"', '"*b*"', '"a%*b"', '"p*c"', '"\\\\**"', '"*[x]?"')

const leaf = fc.oneof(
  { weight: 3, arbitrary: joined(path, fc.constantFrom(' == ', ' != '), operand) },
  { weight: 2, arbitrary: joined(fc.oneof(path, number), ' ', order, ' ', fc.oneof(path, number)) },
  { weight: 2, arbitrary: joined(path, ' ', order, ' ', label) },
  { weight: 1, arbitrary: joined(path, ' ', order, ' ', fc.constantFrom('0', '1', '1.5')) },
  { weight: 1, arbitrary: path },
  { weight: 2, arbitrary: joined(operand, ' in ', list) },
  {
    weight: 2,
    arbitrary: joined(path, fc.constantFrom('.containsAny(', '.containsAll('), list, ')'),
  },
  { weight: 1, arbitrary: joined(path, '.contains(', operand, ')') },
  { weight: 1, arbitrary: joined(path, '.isEmpty()') },
  { weight: 1, arbitrary: joined(path, ' like ', pattern) },
  {
    weight: 1,
    arbitrary: joined(
      path,
      fc.constantFrom('.startsWith(', '.endsWith('),
      fc.oneof(text, path),
      ')',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['data has a', 'data has deep.c', 'data.deep has c', 'data has list', 'data has n'],
      ...['principal has level', 'data has a.b', 'any(data.list, |e| e has c)'],
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('any', 'all', 'none'), list, fc.oneof(scalar, path), order, path)
      .map(([name, of, a, compare, b]) => `${name}(${of}, |e| e == ${a} || e ${compare} ${b})`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'any(data.list, |e| e.c == data.a)',
      'any(data.list, |e| e in principal.roles && data.tags.contains(e))',
      'all(principal.roles, |r| data.list.contains(r))',
      'data.n * data.n * 1.5 <= 3 - data.n',
      '(data.n == 1) == data.flag',
      'data.n during "Mon-Fri 09:00-17:30 Europe/Vienna"',
    ),
  },
)

export const conditionText: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    joined('(', tie('condition'), ' && ', tie('condition'), ')'),
    joined('(', tie('condition'), ' || ', tie('condition'), ')'),
    joined('!(', tie('condition'), ')'),
  ),
})).condition
