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
  CALL_CANCELLED: {
    http: 499,
    agent: 'The call was cancelled.',
    remedy: 'whoever asked wants the answer no more; the target was told, and may have acted',
  },
} as const
