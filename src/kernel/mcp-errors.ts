/** Failures on the way to MCP servers and back. Part of `ERRORS`. */
export const MCP_ERRORS = {
  CALL_CANCELLED: {
    http: 499,
    agent: 'The call was cancelled.',
    remedy: 'whoever asked wants the answer no more; the target was told, and may have acted',
  },
} as const
