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
  RESULT_TOO_LARGE: {
    http: 403,
    agent: 'The result is larger than may be passed on; ask for less.',
    remedy: 'the action was carried out and its result withheld: see `max_bytes` in the policy',
  },
} as const
