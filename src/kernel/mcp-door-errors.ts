/** Failures between an MCP server and the client behind the door. Part of `ERRORS`. */
export const MCP_DOOR_ERRORS = {
  MCP_SERVER_UNKNOWN: {
    http: 404,
    agent: 'There is no such server.',
    remedy: 'no server of that name, or the policies permit this agent nothing of it',
  },
  METHOD_WITHOUT_SERVER: {
    http: 404,
    agent: 'This method names no server: send it to the address of one, `/mcp/NAME`.',
    remedy: 'at `/mcp` no server is guessed: the client of the agent uses `/mcp/NAME` for this',
  },
  CLIENT_INCAPABLE: {
    http: 400,
    agent: 'The client cannot be asked for this.',
    remedy: 'the server asked for what the client did not declare when it opened its session',
  },
  CLIENT_REFUSED: {
    http: 502,
    agent: 'The client refused what was asked of it.',
    remedy: 'the client answered the server’s request with an error of its own',
  },
  CLIENT_SILENT: {
    http: 504,
    agent: 'The client did not answer in time.',
    remedy: 'the client left, or nobody answered there while the server waited',
  },
  CLIENT_BUSY: {
    http: 503,
    agent: 'The client has too much to answer already.',
    remedy: 'the server asked for more at once than one session answers; it may ask again',
  },
  SUBSCRIPTION_LIMIT: {
    http: 429,
    agent: 'This session has too many subscriptions.',
    remedy: 'end some with `resources/unsubscribe`, or begin another session',
  },
} as const
