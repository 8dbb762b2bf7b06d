import { readFileSync } from 'node:fs'
import { PortcullisError } from '../kernel/errors.ts'
import type { Plan } from '../kernel/policy/plan/plan.ts'
import { parseColumnMap } from '../stores/policy-filter/column-map.ts'
import type { FilterOptions, PolicyFilter } from '../stores/policy-filter/policy-filter.ts'
import { policyFilter } from '../stores/policy-filter/policy-filter.ts'
import { renderFilter } from '../stores/policy-filter/render-filter.ts'
import type { Config } from './config.ts'
import type { Question } from './explain.ts'
import { asked } from './explain.ts'

export interface PlanQuestion extends Question {
  /** Paths of the request that differ from thing to thing. */
  readonly unknown?: readonly string[]
}

/**
 * For which things the policies on disk would permit it.
 * @throws PortcullisError `PLAN_INVALID`, and what `explain` throws.
 */
export function planFor({ unknown, ...question }: PlanQuestion, config: Config): Plan {
  const { set, request } = asked(question, config)
  return set.plan(request, unknown === undefined ? {} : { unknown })
}

/** A filter as text. */
export type FilterText = Pick<PolicyFilter, 'kind' | 'untranslatable'> & {
  readonly where: string
  readonly parameters: readonly unknown[]
}

/**
 * The plan as a condition of SQL, over the columns that a JSON file maps.
 * @throws PortcullisError `FILE_UNREADABLE`, `FILTER_MAP_INVALID`.
 */
export function filterFor(
  plan: Plan,
  { dialect, columns }: { readonly dialect: FilterOptions['dialect']; readonly columns: string },
): FilterText {
  const map = parseColumnMap(readJson(columns))
  const { kind, where, untranslatable } = policyFilter(plan, { dialect, ...map })
  const { sql, parameters } = renderFilter(where, dialect)
  return { kind, where: sql, parameters, untranslatable }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read as JSON`, { cause })
  }
}
