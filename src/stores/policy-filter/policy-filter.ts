import type { Expression, SqlBool } from 'kysely'
import { sql } from 'kysely'
import { unreachable } from '../../kernel/errors.ts'
import type { RuleRef } from '../../kernel/policy/decision.ts'
import type { Plan } from '../../kernel/policy/plan/plan.ts'
import type { Residual } from '../../kernel/policy/plan/residual.ts'
import { LEFT_OUT } from '../../kernel/policy/plan/residual.ts'
import { and, isTrue, not, or, towards } from '../../kernel/policy/plan/simplify.ts'
import type { ColumnMap } from './column-map.ts'
import { checkColumnMap, thingOf } from './column-map.ts'
import { POSTGRES } from './postgres.ts'
import type { Dialect } from './sql-value.ts'
import { SQLITE } from './sqlite.ts'
import { Translator } from './translate.ts'
import { Untranslatable } from './untranslatable.ts'

const DIALECTS: Readonly<Record<Dialect['name'], Dialect>> = { sqlite: SQLITE, postgres: POSTGRES }

export interface FilterOptions extends ColumnMap {
  readonly dialect: Dialect['name']
}

/** A plan as a condition on rows. */
export interface PolicyFilter {
  /** Which rows: all, none, or those for which `where` is true. */
  readonly kind: Plan['kind']
  /** True for the rows that the plan permits, false for all others, never NULL. */
  readonly where: Expression<SqlBool>
  /**
   * Parts of rules that the database cannot be asked. They count as unknown: an allow that needs
   * one permits no row, and under a deny or a requirement that needs one no row is left.
   */
  readonly untranslatable: readonly UntranslatablePart[]
}

export interface UntranslatablePart {
  readonly source: RuleRef
  readonly message: string
}

/**
 * Translates a plan to SQL. Every row that the filter lets through is one that `decide` permits,
 * with the attributes that `rowAttributes` gives; and the other way round, but for what is said in
 * `untranslatable` and in `docs/spec/policy-filters.md`.
 *
 *     const { where } = policyFilter(plan, { dialect: 'sqlite', table: 'note', columns })
 *     db.selectFrom('note').selectAll().where(where)
 *
 * @throws PortcullisError `FILTER_MAP_INVALID`.
 */
export function policyFilter(plan: Plan, options: FilterOptions): PolicyFilter {
  const dialect = DIALECTS[options.dialect]
  const filter = new FilterBuilder(checkColumnMap(options), dialect)
  const untranslatable = plan.clauses.flatMap(({ source, residual }) =>
    filter.missing(residual).map((message) => ({ source, message })),
  )
  switch (plan.kind) {
    case 'always':
      return { kind: 'always', where: sql<SqlBool>`TRUE`, untranslatable }
    case 'never':
      return { kind: 'never', where: sql<SqlBool>`FALSE`, untranslatable }
    case 'if':
      return { ...filter.build(plan.residual), untranslatable }
    default:
      return unreachable(plan)
  }
}

class FilterBuilder {
  private readonly map: ColumnMap
  private readonly dialect: Dialect

  constructor(map: ColumnMap, dialect: Dialect) {
    this.map = map
    this.dialect = dialect
  }

  build(residual: Residual): Pick<PolicyFilter, 'kind' | 'where'> {
    const possible = towards(true, this.translatable(residual, []))
    if (possible.op === 'true') return { kind: 'always', where: sql<SqlBool>`TRUE` }
    if (possible.op === 'false') return { kind: 'never', where: sql<SqlBool>`FALSE` }
    const condition = this.translator().condition(possible)
    return { kind: 'if', where: sql<SqlBool>`((${condition}) IS TRUE)` }
  }

  /** What of a residual cannot be translated, and why. */
  missing(residual: Residual): readonly string[] {
    const messages: string[] = []
    this.translatable(residual, messages)
    return [...new Set(messages)]
  }

  /** The residual with what cannot be translated left out of it. */
  private translatable(residual: Residual, messages: string[]): Residual {
    const within = (part: Residual) => this.translatable(part, messages)
    switch (residual.op) {
      case 'and':
        return and(residual.of.map(within))
      case 'or':
        return or(residual.of.map(within))
      case 'not':
        return not(within(residual.of))
      case 'isTrue':
        return isTrue(within(residual.of))
      case 'any':
      case 'all': {
        const list = this.tried({ op: 'isEmpty', list: residual.list }, messages)
        return list.op === 'unknown' ? list : { ...residual, where: within(residual.where) }
      }
      default:
        return this.tried(residual, messages)
    }
  }

  private tried(test: Residual, messages: string[]): Residual {
    try {
      this.translator().condition(test)
      return test
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error
      messages.push(error.message)
      return LEFT_OUT
    }
  }

  private translator(): Translator {
    return new Translator(this.dialect, thingOf(this.map, this.dialect))
  }
}
