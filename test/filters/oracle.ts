import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { ColumnMap } from '../../src/stores/policy-filter/column-map.ts'
import { policyFilter } from '../../src/stores/policy-filter/policy-filter.ts'
import type { RenderedFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { renderFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { rowAttributes } from '../../src/stores/policy-filter/row-attributes.ts'
import { policyFiles, request } from './arbitrary/policies.ts'
import { postgresRow, sqliteRow } from './arbitrary/records.ts'
import { AS_DOCUMENT, BY_COLUMN, MIXED, PARTIAL } from './column-maps.ts'
import { judged } from './judge.ts'
import type { PostgresTable } from './postgres-table.ts'
import type { Row, SqliteTable } from './sqlite-table.ts'

/** Pairs of a policy set and a row, by what was decided and by how exact the filter has to be. */
export interface Tally {
  granted: number
  refused: number
  /** Of all pairs those whose filter leaves out what could not be translated. */
  inexact: number
}

export function newTally(): Tally {
  return { granted: 0, refused: 0, inexact: 0 }
}

interface Asked {
  readonly files: readonly PolicyText[]
  readonly request: PolicyRequest
  readonly map: ColumnMap
}

const asked: fc.Arbitrary<Asked> = fc.record({
  files: policyFiles,
  request,
  map: fc.constantFrom(BY_COLUMN, BY_COLUMN, BY_COLUMN, AS_DOCUMENT, AS_DOCUMENT, MIXED, PARTIAL),
})
const sqliteRows = fc.array(sqliteRow, { minLength: 1, maxLength: 25, size: 'max' })
const postgresRows = fc.array(postgresRow, { minLength: 1, maxLength: 25, size: 'max' })

/** `{rows that the filter finds} = {rows that decide permits}`, in a real database. */
export function sqliteLaw(table: SqliteTable, tally: Tally) {
  return fc.property(asked, sqliteRows, (given, cells) => {
    const trial = trialOf(given, 'sqlite')
    if (trial === undefined) return
    const rows = table.fill(cells)
    trial.compare(rows, table.found(trial.filter), tally)
  })
}

export function postgresLaw(table: PostgresTable, tally: Tally) {
  return fc.asyncProperty(asked, postgresRows, async (given, cells) => {
    const trial = trialOf(given, 'postgres')
    if (trial === undefined) return
    const rows = await table.fill(cells)
    trial.compare(rows, await table.found(trial.filter), tally)
  })
}

interface Trial {
  readonly filter: RenderedFilter
  compare(rows: readonly Row[], found: ReadonlySet<number>, tally: Tally): void
}

/** Nothing when the policies do not load. */
function trialOf(given: Asked, dialect: 'sqlite' | 'postgres'): Trial | undefined {
  const { files, request: about, map } = given
  const judge = judged(files, about)
  if (judge === undefined) return undefined
  const { where, untranslatable } = policyFilter(judge.plan, { ...map, dialect })
  const exact = untranslatable.length === 0 && judge.plan.leftOut.length === 0
  return {
    filter: renderFilter(where, dialect),
    compare(rows, found, tally) {
      for (const [index, row] of rows.entries()) {
        const data = dataOf(rowAttributes(row, map, dialect))
        tally[judge.decide(data).permitted ? 'granted' : 'refused']++
        if (!exact) tally.inexact++
        judge.compare(data, found.has(index), exact)
      }
    },
  }
}

/** Where the cell that holds the whole record is NULL, there is no record. */
function dataOf({ data = null }: JsonObject): JsonValue {
  return data
}
