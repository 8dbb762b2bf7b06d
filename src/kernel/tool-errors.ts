/** What a server says of its tools is not trusted. Part of `ERRORS`. */
export const TOOL_ERRORS = {
  TOOL_QUARANTINED: {
    http: 403,
    agent:
      'This tool has changed since it was approved and is held back: go on without it, or ask ' +
      'an operator to review it.',
    remedy:
      'see what changed with `portcullis tools diff NAME`; approve it by its fingerprint, or ' +
      'reject it',
  },
  TOOL_UNREVIEWED: {
    http: 403,
    agent:
      'This tool waits for its review and cannot be used yet: go on without it, or ask an ' +
      'operator to review it.',
    remedy: 'see what waits with `portcullis tools review`, then approve or reject it',
  },
  TOOL_REJECTED: {
    http: 403,
    agent: 'This tool was rejected by an operator: go on without it.',
    remedy: 'to have it all the same, approve it with `portcullis tools approve NAME`',
  },
  TOOL_UNPINNABLE: {
    http: 403,
    agent: 'The definition of this tool cannot be checked, so it cannot be used.',
    remedy:
      'the definition is too large, nested too deep or no plain JSON, or the server has more ' +
      'tools than are kept: mend the server',
  },
  TOOL_PINS_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot tell whether this tool is trusted, so it cannot be used.',
    remedy:
      '`tool-pins.db` in the data directory could not be read or written: check the disk and ' +
      'restore the file; if there is none, remove it and approve the tools anew',
  },
  TOOL_UNKNOWN: {
    http: 404,
    agent: 'There is no such tool.',
    remedy: 'list the tools that were seen with `portcullis tools pins`',
  },
  TOOL_FINGERPRINT_STALE: {
    http: 409,
    agent: 'The tool says something else by now.',
    remedy: 'what was reviewed is not what the server says: review it again',
  },
} as const
