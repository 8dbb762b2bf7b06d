import type { Expression } from 'kysely'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Dialect } from './sql-value.ts'

/** A condition as text, and what its parameters stand for in their order. */
export interface RenderedFilter {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** For those who write their queries without Kysely. Opens no database. */
export function renderFilter(where: Expression<unknown>, dialect: Dialect['name']): RenderedFilter {
  const { sql: text, parameters } = sql`${where}`.compile(COMPILERS[dialect])
  return { sql: text.replaceAll(/\s+/gu, ' '), parameters }
}

const COMPILERS: Readonly<Record<Dialect['name'], Kysely<unknown>>> = {
  sqlite: new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
}
