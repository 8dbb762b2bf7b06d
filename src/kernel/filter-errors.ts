/** Residual filters: what a plan or its translation cannot be made from. Part of `ERRORS`. */
export const FILTER_ERRORS = {
  PLAN_INVALID: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'name paths of the request as unknown: `data`, `resource.id`',
  },
  FILTER_MAP_INVALID: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'correct the map of columns; `docs/spec/policy-filters.md` gives its form',
  },
} as const
