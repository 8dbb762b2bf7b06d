/** Errors of the review of tools. Part of `ERRORS`. */
export const REVIEW_ERRORS = {
  REVIEWER_WEIGHTS_INVALID: {
    http: 500,
    agent: 'The runtime is not set up rightly.',
    remedy: 'install Portcullis anew: the weights do not belong to this version',
  },
  TOOL_LIST_INVALID: {
    http: 400,
    agent: 'The list of tools cannot be read.',
    remedy: 'give a file with the result of `tools/list`: `{"tools": [{"name": …}, …]}`',
  },
  TOOL_READER_NOT_CONFIGURED: {
    http: 409,
    agent: 'No model reads tools here.',
    remedy:
      'set `[tools.reviewer]` in the configuration, with `kind`, `url`, `model` and the `key` ' +
      'that the endpoint asks for, and start the runtime anew',
  },
  TOOL_READER_FAILED: {
    http: 502,
    agent: 'The reviewer did not answer.',
    remedy: 'look at `[tools.reviewer]`: its address, key and model; a person reviews meanwhile',
  },
} as const
