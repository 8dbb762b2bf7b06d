/** Refusals about people, their logins and the tokens of their programs. Part of `ERRORS`. */
export const PEOPLE_ERRORS = {
  ACCOUNTS_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot check who you are at the moment.',
    remedy: 'the file `accounts.db` in the data directory cannot be used: check the disk',
  },
  API_TOKEN_UNKNOWN: {
    http: 404,
    agent: 'There is no such token.',
    remedy: 'list the tokens with `portcullis token list`',
  },
} as const
