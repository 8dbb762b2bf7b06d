import { sql } from 'kysely'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import type { ColumnType, Dialect, SqlValue } from './sql-value.ts'
import { TRUE } from './sql-value.ts'
import { Untranslatable } from './untranslatable.ts'

/** Where the attributes of a thing stand in a table. Only what is named here gets into SQL. */
export interface ColumnMap {
  /** The table, or the alias that the query gives it. */
  readonly table: string
  /** Columns by path of the attribute: `data.owner`, `resource.id`, or `data` for a JSON column. */
  readonly columns: Readonly<Record<string, Column>>
}

export interface Column {
  readonly column: string
  /** `json`: JSON text in SQLite; `jsonb`, `json` or an array in PostgreSQL. */
  readonly type: ColumnType
}

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'json'] satisfies ColumnType[]
/** Attributes that one map may name. */
export const MAX_COLUMNS = 1_000
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/u
/** Aliases that a filter uses: a table of such a name would be mistaken for one of them. */
const RESERVED = /^policy_(?:element|member)/iu
const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/u

/**
 * Reads `{ "table": "note", "columns": { "data.n": { "column": "n", "type": "number" } } }`.
 * @throws PortcullisError `FILTER_MAP_INVALID`.
 */
export function parseColumnMap(value: unknown): ColumnMap {
  if (!isJsonObject(value)) throw invalid('it is no object')
  for (const name of Object.keys(value))
    if (name !== 'table' && name !== 'columns') throw invalid(`\`${name}\` means nothing`)
  const { table, columns } = value
  if (typeof table !== 'string') throw invalid('`table` names the table')
  if (!isJsonObject(columns)) throw invalid('`columns` has a column for each attribute')
  const entries = Object.entries(columns)
  if (entries.length > MAX_COLUMNS) throw invalid(`more than ${MAX_COLUMNS} columns`)
  const parsed = entries.map(([path, column]) => [path, parseColumn(path, column)] as const)
  return checkColumnMap({ table, columns: Object.fromEntries(parsed) })
}

function parseColumn(path: string, value: unknown): Column {
  const problem = `\`${path}\` needs a \`column\` and a \`type\``
  if (!isJsonObject(value) || Object.keys(value).length !== 2) throw invalid(problem)
  const { column, type } = value
  if (typeof column !== 'string') throw invalid(problem)
  if (typeof type === 'string' && isColumnType(type)) return { column, type }
  const near = nearest(String(type), TYPES)
  const hint = near === undefined ? `types are ${TYPES.join(', ')}` : `did you mean \`${near}\`?`
  throw invalid(`\`${path}\` has no such type: ${hint}`)
}

function isColumnType(type: string): type is ColumnType {
  return TYPES.includes(type)
}

/**
 * Names are plain identifiers: nothing in them needs to be escaped to be safe.
 * @throws PortcullisError `FILTER_MAP_INVALID`.
 */
export function checkColumnMap(map: ColumnMap): ColumnMap {
  if (!IDENTIFIER.test(map.table)) throw invalid('`table` is no plain name')
  if (RESERVED.test(map.table)) throw invalid(`\`${map.table}\` is a name that filters use`)
  for (const [path, { column, type }] of Object.entries(map.columns)) {
    if (!PATH.test(path)) throw invalid(`\`${path}\` is no path of an attribute`)
    if (!IDENTIFIER.test(column)) throw invalid(`the column of \`${path}\` is no plain name`)
    for (const [above, { type: typeAbove }] of Object.entries(map.columns))
      if (path.startsWith(`${above}.`) && typeAbove !== 'json')
        throw invalid(`\`${path}\` lies below \`${above}\`, which is no JSON column`)
    if (!isColumnType(type)) throw invalid(`\`${path}\` has no such type`)
  }
  return map
}

function invalid(problem: string): PortcullisError {
  return new PortcullisError('FILTER_MAP_INVALID', `the map of columns is not valid: ${problem}`)
}

/**
 * The thing as a record of records, as far as columns are mapped. What has columns below it is
 * always a record; a JSON column of its own gives it the attributes that have no column.
 */
export function thingOf(map: ColumnMap, dialect: Dialect): SqlValue {
  return below('', map, dialect)
}

function below(path: string, map: ColumnMap, dialect: Dialect): SqlValue {
  const own = Object.hasOwn(map.columns, path) ? map.columns[path] : undefined
  const cell = own && dialect.column(sql.ref(`${map.table}.${own.column}`), own.type)
  const prefix = path === '' ? '' : `${path}.`
  const inside = Object.keys(map.columns).some((name) => name.startsWith(prefix) && name !== path)
  if (!inside && cell !== undefined) return cell
  return {
    ...{ present: TRUE, record: TRUE },
    member(name) {
      const next = `${prefix}${name}`
      // `has "a.b"` asks for one attribute of that name, and no path of the map means it.
      const isPath = !name.includes('.')
      const inMap = Object.keys(map.columns).some((it) => it === next || it.startsWith(`${next}.`))
      if (isPath && inMap) return below(next, map, dialect)
      if (cell !== undefined) return cell.member(name)
      throw new Untranslatable(`no column for \`${next}\``)
    },
  }
}
