import fc from 'fast-check'
import type { ColumnMap } from '../../src/stores/policy-filter/column-map.ts'

/** A column for each attribute. */
export const BY_COLUMN: ColumnMap = {
  table: 'note',
  columns: {
    'data.a': { column: 'a', type: 'string' },
    'data.n': { column: 'n', type: 'number' },
    // Names that rows of JSON functions have too.
    'data.flag': { column: 'key', type: 'boolean' },
    'data.list': { column: 'value', type: 'json' },
    'data.tags': { column: 'tags', type: 'json' },
    'data.deep': { column: 'deep', type: 'json' },
  },
}

/** The whole record in one column. */
export const AS_DOCUMENT: ColumnMap = {
  table: 'note',
  columns: { data: { column: 'doc', type: 'json' } },
}

/** The record in one column, but for what has its own. */
export const MIXED: ColumnMap = {
  table: 'note',
  columns: {
    data: { column: 'doc', type: 'json' },
    'data.a': { column: 'a', type: 'string' },
    'data.deep.c': { column: 'n', type: 'number' },
  },
}

/** Maps under which everything of `arbitrary/conditions.ts` but `during` can be translated. */
export const wholeMap: fc.Arbitrary<ColumnMap> = fc.constantFrom(BY_COLUMN, AS_DOCUMENT, MIXED)

const { 'data.n': _number, 'data.list': _list, ...some } = BY_COLUMN.columns

/** A map that leaves attributes out. */
export const PARTIAL: ColumnMap = { table: 'note', columns: some }
