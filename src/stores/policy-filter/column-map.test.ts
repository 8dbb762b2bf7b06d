import assert from 'node:assert/strict'
import test from 'node:test'
import { MAX_COLUMNS, parseColumnMap } from './column-map.ts'

const OWNER = { column: 'owner', type: 'string' }

test('a map is read as it is written', () => {
  const map = {
    table: 'note',
    columns: { data: { column: 'doc', type: 'json' }, 'data.owner': OWNER },
  }
  assert.deepEqual(parseColumnMap(map), map)
})

const REFUSED: readonly (readonly [what: string, map: unknown, message: RegExp])[] = [
  ['no object', [], /it is no object/],
  ['no table', { columns: {} }, /`table` names the table/],
  ['no columns', { table: 'note' }, /`columns` has a column for each attribute/],
  [
    'a member that means nothing',
    { table: 'note', columns: {}, where: '1' },
    /`where` means nothing/,
  ],
  ['SQL in the table', { table: 'note; DROP', columns: {} }, /`table` is no plain name/],
  ['a quote in a table', { table: 'no"te', columns: {} }, /`table` is no plain name/],
  ['an alias of ours', { table: 'POLICY_MEMBER', columns: {} }, /is a name that filters use/],
  [
    'SQL in a column',
    { table: 'note', columns: { 'data.owner': { ...OWNER, column: 'a) OR (1' } } },
    /the column of `data\.owner` is no plain name/,
  ],
  [
    'an attribute that is no path',
    { table: 'note', columns: { 'data.': OWNER } },
    /`data\.` is no path of an attribute/,
  ],
  [
    'a type that there is none of',
    { table: 'note', columns: { 'data.owner': { column: 'owner', type: 'strin' } } },
    /`data\.owner` has no such type: did you mean `string`\?/,
  ],
  [
    'a column with more to it',
    { table: 'note', columns: { 'data.owner': { ...OWNER, collate: 'nocase' } } },
    /needs a `column` and a `type`/,
  ],
  [
    'an attribute below one that is no record',
    { table: 'note', columns: { 'data.owner': OWNER, 'data.owner.id': OWNER } },
    /`data\.owner\.id` lies below `data\.owner`, which is no JSON column/,
  ],
  [
    'too many columns',
    {
      table: 'note',
      columns: Object.fromEntries(
        Array.from({ length: MAX_COLUMNS + 1 }, (_, at) => [`d.a${at}`, OWNER]),
      ),
    },
    /more than 1000 columns/,
  ],
]

for (const [what, map, message] of REFUSED)
  test(`a map with ${what} is refused`, () => {
    assert.throws(() => parseColumnMap(map), { code: 'FILTER_MAP_INVALID', message })
  })
