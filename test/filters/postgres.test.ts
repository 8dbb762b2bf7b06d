import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Client } from 'pg'
import { evaluateResidual } from '../../src/kernel/policy/plan/evaluate-residual.ts'
import { reduce } from '../../src/kernel/policy/plan/partial.ts'
import { thingOf } from '../../src/stores/policy-filter/column-map.ts'
import { POSTGRES } from '../../src/stores/policy-filter/postgres.ts'
import { renderFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { rowAttributes } from '../../src/stores/policy-filter/row-attributes.ts'
import { Translator } from '../../src/stores/policy-filter/translate.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { conditionText } from './arbitrary/conditions.ts'
import { postgresRow } from './arbitrary/records.ts'
import { wholeMap } from './column-maps.ts'
import { conditionOf, LABELS } from './condition-of.ts'
import { newTally, postgresLaw } from './oracle.ts'
import { PostgresTable } from './postgres-table.ts'

let server: PostgresServer
let client: Client
let table: PostgresTable

before(async () => {
  server = await startPostgres()
  client = await server.connect()
  table = new PostgresTable(client)
  await table.create()
})
after(async () => {
  await client?.end()
  await server?.stop()
})

test('PostgreSQL finds the rows that deciding on each of them permits', async () => {
  const tally = newTally()
  await fc.assert(postgresLaw(table, tally), { numRuns: 250 })
  assert.ok(tally.granted > 100 && tally.refused > 100, JSON.stringify(tally))
})

const known = { attributes: {}, unknown: [['data'], ['principal'], ['session']] }
const rows = fc.array(postgresRow, { minLength: 1, maxLength: 12 })
const condition = conditionText.filter((text) => !/during|principal|session/u.test(text))

test('in PostgreSQL a condition is NULL where it is unknown, and true where true', async () => {
  await fc.assert(
    fc.asyncProperty(condition, rows, wholeMap, async (text, cells, map) => {
      const residual = reduce(conditionOf(text).condition, { known, orders: LABELS })
      const sql = new Translator(POSTGRES, thingOf(map, POSTGRES)).condition(residual)
      const read = await table.fill(cells)
      const outcomes = await table.values(renderFilter(sql, 'postgres'))
      for (const [index, row] of read.entries()) {
        const outcome = evaluateResidual(residual, rowAttributes(row, map, 'postgres'))
        assert.equal(outcomes[index], outcome ?? null, `${text}\n${JSON.stringify(row)}`)
      }
    }),
    { numRuns: 500 },
  )
})
