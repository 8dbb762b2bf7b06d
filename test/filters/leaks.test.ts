import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import type { PolicyText } from '../../src/kernel/policy/load-policies.ts'
import type { ColumnMap } from '../../src/stores/policy-filter/column-map.ts'
import { policyFilter } from '../../src/stores/policy-filter/policy-filter.ts'
import type { RenderedFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { renderFilter } from '../../src/stores/policy-filter/render-filter.ts'
import { rowAttributes } from '../../src/stores/policy-filter/row-attributes.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { ATTACK_CASES } from './attack-cases.ts'
import { judged } from './judge.ts'
import type { LeakCase } from './leak-cases.ts'
import { LEAK_CASES } from './leak-cases.ts'
import type { Row } from './sqlite-table.ts'

type Dialect = 'sqlite' | 'postgres'

const MAP: ColumnMap = {
  table: 'note',
  columns: {
    'data.a': { column: 'a', type: 'string' },
    'data.b': { column: 'b', type: 'string' },
    'data.n': { column: 'n', type: 'number' },
    'data.flag': { column: 'flag', type: 'boolean' },
    'data.deep.c': { column: 'b', type: 'string' },
    'data.doc': { column: 'doc', type: 'json' },
  },
}
const NAMES = ['a', 'b', 'n', 'flag', 'doc'] as const

const sqlite = new DatabaseSync(':memory:')
sqlite.exec('CREATE TABLE note (id INTEGER PRIMARY KEY, a COLLATE NOCASE, b, n, flag, doc)')
let server: PostgresServer
let client: Client

before(async () => {
  server = await startPostgres()
  client = await server.connect()
  await client.query(`
    CREATE COLLATION no_case
      (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE note (id int, a text COLLATE no_case, b text, n float8, flag boolean, doc json)`)
})
after(async () => {
  sqlite.close()
  await client?.end()
  await server?.stop()
})

for (const dialect of ['sqlite', 'postgres'] as const)
  for (const leak of [...LEAK_CASES, ...ATTACK_CASES])
    if (leak.dialect === undefined || leak.dialect === dialect)
      test(`${dialect}: ${leak.name}`, () => check(leak, dialect))

async function check({ rules, args = {}, rows, found, cautious }: LeakCase, dialect: Dialect) {
  const judge = judged(filesOf(rules), {
    ...{ operation: 'memory.read', resource: { type: 'memory', id: 'notes' } },
    attributes: { args },
  })
  assert.ok(judge !== undefined, 'the policies load')
  const { where } = policyFilter(judge.plan, { ...MAP, dialect })
  const filter = renderFilter(where, dialect)
  const stored = await (dialect === 'sqlite' ? inSqlite(rows) : inPostgres(rows))
  const ids = await (dialect === 'sqlite' ? askSqlite(filter) : askPostgres(filter))
  assert.deepEqual(ids, found)
  for (const [id, row] of stored.entries()) {
    const { data = {} } = rowAttributes(row, MAP, dialect)
    judge.compare(data, ids.includes(id), cautious !== true)
  }
}

function filesOf(rules: readonly string[]): readonly PolicyText[] {
  const order = 'order secrecy { public < internal < secret }'
  const approval = 'approval manager { approver: role("manager") }'
  const text = [order, approval, 'policy p {', ...rules, '}'].join('\n')
  return [{ file: 'p.policy', text }]
}

function inSqlite(rows: LeakCase['rows']): readonly Row[] {
  sqlite.exec('DELETE FROM note')
  const insert = sqlite.prepare('INSERT INTO note VALUES (?, ?, ?, ?, ?, ?)')
  for (const [id, row] of rows.entries()) {
    const cells = NAMES.map((name) => row[name] ?? null)
    insert.run(id, ...cells.map((cell) => (typeof cell === 'boolean' ? Number(cell) : cell)))
  }
  return sqlite.prepare('SELECT * FROM note ORDER BY id').all()
}

function askSqlite({ sql, parameters }: RenderedFilter): readonly number[] {
  const rows = sqlite.prepare(`SELECT id FROM note WHERE ${sql} ORDER BY id`)
  return rows.all(...(parameters as (string | number)[])).map(({ id }) => Number(id))
}

async function inPostgres(rows: LeakCase['rows']): Promise<readonly Row[]> {
  await client.query('TRUNCATE note')
  for (const [id, row] of rows.entries()) {
    const cells = NAMES.map((name) => row[name] ?? null)
    await client.query('INSERT INTO note VALUES ($1, $2, $3, $4, $5, $6)', [id, ...cells])
  }
  return (await client.query('SELECT * FROM note ORDER BY id')).rows
}

async function askPostgres({ sql, parameters }: RenderedFilter): Promise<readonly number[]> {
  const text = `SELECT id FROM note WHERE ${sql} ORDER BY id`
  return (await client.query(text, [...parameters])).rows.map(({ id }) => id)
}
