import { unreachable } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import type { ColumnMap } from './column-map.ts'
import type { ColumnType, Dialect } from './sql-value.ts'

/**
 * What a policy reads of a row, as `policyFilter` reads it: `{ data: { owner: "ann" } }`. For
 * judging one row at a time. `row` is what the driver gives, by the column's name.
 *
 * A cell that holds what no policy can read (bytes, text that is no JSON where JSON is due) is
 * there and fits no type: it stands as a number that is none, which nothing compares with.
 */
export function rowAttributes(
  row: Readonly<Record<string, unknown>>,
  { columns }: ColumnMap,
  dialect: Dialect['name'],
): JsonObject {
  const root: Draft = new Map()
  const paths = Object.entries(columns).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const cellValue = dialect === 'sqlite' ? sqliteValue : postgresValue
  for (const [path, { column, type }] of paths) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let at = root
    for (const name of names) at = recordIn(at, name)
    at.set(last, cellValue(row[column], type))
  }
  return finished(root)
}

type Draft = Map<string, JsonValue | Draft>

/** The record under a name; a JSON value that stands there gives it its attributes. */
function recordIn(draft: Draft, name: string): Draft {
  const present = draft.get(name)
  if (present instanceof Map) return present
  const made: Draft = new Map(isJsonObject(present) ? Object.entries(present) : [])
  draft.set(name, made)
  return made
}

function finished(draft: Draft): JsonObject {
  const entries = [...draft].map(
    ([name, value]) => [name, value instanceof Map ? finished(value) : value] as const,
  )
  return Object.fromEntries(entries)
}

/** What has no type that a condition knows. */
const UNREADABLE = Number.NaN

function sqliteValue(cell: unknown, type: ColumnType): JsonValue {
  if (cell === null || cell === undefined) return null
  if (typeof cell === 'string') return type === 'json' ? parsed(cell) : cell
  if (type === 'json' || (typeof cell !== 'number' && typeof cell !== 'bigint')) return UNREADABLE
  const number = Number(cell)
  return type === 'boolean' && (number === 0 || number === 1) ? number === 1 : number
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return UNREADABLE
  }
}

/** The driver gives JSON as values, and as text the numbers that a double may not hold. */
function postgresValue(cell: unknown, type: ColumnType): JsonValue {
  if (cell === null || cell === undefined) return null
  switch (type) {
    case 'json':
      return cell as JsonValue
    case 'number':
      return typeof cell === 'number' || typeof cell === 'string' ? Number(cell) : UNREADABLE
    case 'string':
      return typeof cell === 'string' ? cell : UNREADABLE
    case 'boolean':
      return typeof cell === 'boolean' ? cell : UNREADABLE
    default:
      return unreachable(type)
  }
}
