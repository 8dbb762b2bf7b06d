// Public: plans of the policy engine as conditions of SQL. Named exports only.
export type { Column, ColumnMap } from './stores/policy-filter/column-map.ts'
export { parseColumnMap } from './stores/policy-filter/column-map.ts'
export {
  type FilterOptions,
  type PolicyFilter,
  policyFilter,
  type UntranslatablePart,
} from './stores/policy-filter/policy-filter.ts'
export { type RenderedFilter, renderFilter } from './stores/policy-filter/render-filter.ts'
export { rowAttributes } from './stores/policy-filter/row-attributes.ts'
