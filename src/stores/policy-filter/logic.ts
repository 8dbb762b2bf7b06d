import { sql } from 'kysely'
import type { Sql } from './sql-value.ts'
import { FALSE, TRUE } from './sql-value.ts'

/** SQL's AND, OR and NOT are Kleene's, with NULL for unknown. */
export function conjunction(tests: readonly Sql[]): Sql {
  return balanced(tests, sql`AND`) ?? TRUE
}

export function disjunction(tests: readonly Sql[]): Sql {
  return balanced(tests, sql`OR`) ?? FALSE
}

export function negation(test: Sql): Sql {
  return sql`(NOT ${test})`
}

/** In pairs of pairs: SQLite bounds the depth of an expression, and a chain is as deep as long. */
function balanced(tests: readonly Sql[], operator: Sql): Sql | undefined {
  if (tests.length < 2) return tests[0]
  const middle = tests.length >> 1
  const [left, right] = [tests.slice(0, middle), tests.slice(middle)]
  return sql`(${balanced(left, operator)} ${operator} ${balanced(right, operator)})`
}
