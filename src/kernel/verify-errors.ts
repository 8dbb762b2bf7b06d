/** Refusals of those who verify what they were handed. Part of `ERRORS`. */
export const VERIFY_ERRORS = {
  ALGORITHM_UNSUPPORTED: {
    http: 400,
    agent: 'The signature cannot be checked here.',
    remedy:
      'this platform has no ML-DSA: verify with `portcullis verify`, or ask for `either` of the ' +
      'two signatures instead of `both`',
  },
} as const
