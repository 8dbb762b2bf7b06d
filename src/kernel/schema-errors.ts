/** Of tools whose server declares what they take and give. Part of `ERRORS`. */
export const SCHEMA_ERRORS = {
  ARGUMENTS_INVALID: {
    http: 400,
    agent: 'The arguments are not what the tool takes.',
    remedy: 'the answer told the agent where and what was expected; the schema is the server’s',
  },
  RESULT_INVALID: {
    http: 502,
    agent: 'The target of this action gave an answer that is not what it declares.',
    remedy:
      'the server breaks its own output schema: have it mended, or set `schema = "lenient"` for it',
  },
  SCHEMA_UNUSABLE: {
    http: 502,
    agent: 'The tool cannot be used: what it takes or gives is not declared in a usable way.',
    remedy:
      'the runtime log says what is wrong with the schema; `schema = "lenient"` of the server ' +
      'lets its tools be called without that check',
  },
} as const
