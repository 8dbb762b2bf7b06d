/** Refusals of those who verify what they were handed. Part of `ERRORS`. */
export const VERIFY_ERRORS = {
  ALGORITHM_UNSUPPORTED: {
    http: 400,
    agent: 'The signature cannot be checked here.',
    remedy:
      'this platform has no ML-DSA: verify with `portcullis verify`, or ask for `either` of the ' +
      'two signatures instead of `both`',
  },
  VERIFY_OPTIONS: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'see `portcullis verify --help`: what you trust has to be named for what you verify',
  },
  LOG_UNREACHABLE: {
    http: 502,
    agent: 'The log cannot be read.',
    remedy: 'it does not answer: try again; with `--remember` a long run goes on where it was',
  },
  LOG_FORKED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'there are two histories of one log: keep both heads, and ask its operator',
  },
  MEMORY_INVALID: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'the file holds no heads that were remembered: restore it, and do not begin anew',
  },
} as const
