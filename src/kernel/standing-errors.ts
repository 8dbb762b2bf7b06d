/** What was proved, and has been taken back. Part of `ERRORS`. */
export const STANDING_ERRORS = {
  IDENTITY_REVOKED: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy:
      'what it proved itself with was taken back for good: if it may act again, resume it with ' +
      '`portcullis agent resume NAME` and issue new credentials',
  },
  AGENT_SUSPENDED: {
    http: 403,
    agent: 'This agent is suspended.',
    remedy: 'let it act again with `portcullis agent resume NAME`; its credentials are still good',
  },
  SESSION_ENDED: {
    http: 401,
    agent: 'The session has ended.',
    remedy: 'an operator ended the session: log in again',
  },
  SESSION_NOT_FOUND: {
    http: 404,
    agent: 'There is no such session.',
    remedy: 'list those that are open with `portcullis session list`',
  },
  STANDING_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      '`standing.db` in the data directory could not be read or written: who is suspended or ' +
      'revoked is not known, so nobody is let in; check the disk and restore the file',
  },
} as const
