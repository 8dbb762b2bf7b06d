/** Failures on the way to MCP servers and back. Part of `ERRORS`. */
export const MCP_ERRORS = {
  UPSTREAM_BUSY: {
    http: 503,
    agent: 'The target of this action is busy. Try again later.',
    remedy: 'as many links to the server, or calls over one, are in use as may be: see `status`',
  },
  UPSTREAM_CHANGED: {
    http: 409,
    agent: 'The target of this action has changed since. List the tools again.',
    remedy: 'the server was replaced, or its tool defined anew, between the decision and the call',
  },
  ANSWERS_LIMIT: {
    http: 503,
    agent: 'Too many large answers are under way. Ask again in a moment, or for less.',
    remedy:
      'the agent, or all together, have as many bytes of answers in memory as may be: see ' +
      '`limits.answer_bytes`; the target may have acted',
    retryAfterMs: 1_000,
  },
  CALL_CANCELLED: {
    http: 499,
    agent: 'The call was cancelled.',
    remedy: 'whoever asked wants the answer no more; the target was told, and may have acted',
  },
} as const
