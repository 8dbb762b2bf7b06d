/** Refusals about people, their logins and the tokens of their programs. Part of `ERRORS`. */
export const PEOPLE_ERRORS = {
  LOGIN_REFUSED: {
    http: 401,
    agent: 'The login was not accepted.',
    remedy:
      'the name, the password or the code is wrong, the account is locked or disabled, or it ' +
      'comes too soon after others that failed: the answer is the same for all of them',
  },
  LOGIN_BUSY: {
    http: 503,
    agent: 'The runtime cannot check another login at the moment.',
    remedy: 'more logins wait than are checked at once: try again, and look at the refusals',
  },
  AUTHENTICATION_THROTTLED: {
    http: 429,
    agent: 'Too many credentials from this address were not accepted; wait.',
    remedy: 'find out what sends wrong credentials from there; it may ask again after a wait',
  },
  PASSWORD_UNFIT: {
    http: 400,
    agent: 'The password cannot be taken.',
    remedy: 'take 12 to 128 characters that are no common password and do not hold the name',
  },
  CODE_REFUSED: {
    http: 400,
    agent: 'The code was not accepted.',
    remedy: 'type the newest code of the authenticator; one that was used is not taken again',
  },
  ACCOUNT_EXISTS: {
    http: 409,
    agent: 'There is such an account already.',
    remedy: 'choose another name, or set its password with `portcullis user passwd NAME`',
  },
  ACCOUNT_UNKNOWN: {
    http: 404,
    agent: 'There is no such account.',
    remedy: 'list the accounts with `portcullis user list`',
  },
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
  IDENTITY_PROVIDER_UNAVAILABLE: {
    http: 503,
    agent: 'The identity provider does not answer.',
    remedy: 'see the log for what it said, and check its address and certificate',
  },
  LOGIN_NEEDED: {
    http: 401,
    agent: 'Nobody is logged in.',
    remedy: 'log in with `portcullis login NAME`',
  },
} as const
