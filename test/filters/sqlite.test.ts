import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { evaluateResidual } from '../../src/kernel/policy/plan/evaluate-residual.ts'
import { reduce } from '../../src/kernel/policy/plan/partial.ts'
import { thingOf } from '../../src/stores/policy-filter/column-map.ts'
import { renderFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { rowAttributes } from '../../src/stores/policy-filter/row-attributes.ts'
import { SQLITE } from '../../src/stores/policy-filter/sqlite.ts'
import { Translator } from '../../src/stores/policy-filter/translate.ts'
import { conditionText } from './arbitrary/conditions.ts'
import { sqliteRow } from './arbitrary/records.ts'
import { wholeMap } from './column-maps.ts'
import { conditionOf, LABELS } from './condition-of.ts'
import { newTally, sqliteLaw } from './oracle.ts'
import { SqliteTable } from './sqlite-table.ts'

const table = new SqliteTable()
after(() => table.close())

test('SQLite finds the rows that deciding on each of them permits', () => {
  const tally = newTally()
  fc.assert(sqliteLaw(table, tally), { numRuns: 500 })
  assert.ok(tally.granted > 100 && tally.refused > 100, JSON.stringify(tally))
})

const known = { attributes: {}, unknown: [['data'], ['principal'], ['session']] }
const rows = fc.array(sqliteRow, { minLength: 1, maxLength: 12 })
const condition = conditionText.filter((text) => !/during|principal|session/u.test(text))

test('in SQLite a condition is NULL where it is unknown, and true where true', () => {
  fc.assert(
    fc.property(condition, rows, wholeMap, (text, cells, map) => {
      const residual = reduce(conditionOf(text).condition, { known, orders: LABELS })
      const sql = new Translator(SQLITE, thingOf(map, SQLITE)).condition(residual)
      const read = table.fill(cells)
      const outcomes = table.values(renderFilter(sql, 'sqlite'))
      for (const [index, row] of read.entries()) {
        const outcome = evaluateResidual(residual, rowAttributes(row, map, 'sqlite'))
        assert.equal(outcomes[index], outcome === undefined ? null : Number(outcome), text)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('where SQLite holds UTF-16 the length of a character beyond U+FFFF is not known', () => {
  const db = new DatabaseSync(':memory:')
  db.exec("PRAGMA encoding = 'UTF-16le'; CREATE TABLE note (a)")
  // No byte of this text is zero there.
  db.prepare('INSERT INTO note VALUES (?)').run('中\u{1F601}')
  const { sql: length, parameters } = renderFilter(SQLITE.length(sql.id('a')), 'sqlite')
  const row = db.prepare(`SELECT ${length} AS it FROM note`).get(...(parameters as string[]))
  db.close()
  assert.equal(row?.it, null)
})
