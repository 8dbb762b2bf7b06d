/** Obligations that were not fulfilled, and limits that were reached. Part of `ERRORS`. */
export const OBLIGATION_ERRORS = {
  OBLIGATION_FAILED: {
    http: 403,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'an obligation of the decision could not be fulfilled, so nothing was passed on',
  },
  OBLIGATION_INVALID: {
    http: 400,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'mend the obligation in the policy: see `docs/spec/policy-language.md`',
  },
  OBLIGATION_UNFULFILLED: {
    http: 403,
    agent: 'This action could not be carried out under its conditions.',
    remedy:
      'name the obligation under `fulfils` of the server or namespace, if it does what is asked',
  },
  RATE_LIMITED: {
    http: 429,
    agent: 'This action was asked for too often; try again later.',
    remedy: 'the `rate_limit` that the receipt names is reached: wait, or raise it in the policy',
  },
  BUDGET_EXCEEDED: {
    http: 403,
    agent: 'The budget for this action is used up.',
    remedy:
      'see `portcullis budget list`: wait, raise the limit, or `portcullis budget reset NAME`',
  },
  BUDGET_UNKNOWN: {
    http: 404,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'declare the budget under `[budgets.NAME]` in `portcullis.toml`',
  },
  RESULT_TOO_LARGE: {
    http: 403,
    agent: 'The result is larger than may be passed on; ask for less.',
    remedy: 'the action was carried out and its result withheld: see `max_bytes` in the policy',
  },
  STEP_UP_REQUIRED: {
    http: 403,
    agent: 'This action needs a fresh, stronger authentication.',
    remedy: 'nothing proves that who acts has authenticated as `step_up` in the policy asks',
  },
  SANDBOX_TOO_WEAK: {
    http: 403,
    agent: 'This action is not permitted from where the agent runs.',
    remedy: 'the agent is not proved to run in a sandbox of the tier that the policy asks for',
  },
  FINALITY_UNAVAILABLE: {
    http: 403,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'no witness co-signs the ledger: receipts are `durable`, and the policy asks for more',
  },
  USAGE_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'what was used could not be counted: see the runtime log, then restart the runtime',
  },
} as const
