/** Failures of changing policies and of looking back at decisions. Part of `ERRORS`. */
export const POLICY_ERRORS = {
  REQUEST_UNREADABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the recorded requests were altered or sealed with another key: restore `requests.db` and ' +
      '`keys/` together, or remove `requests.db` and begin anew',
  },
  POLICY_VERSION_UNKNOWN: {
    http: 404,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'list the versions that were in force with `portcullis policy versions`',
  },
  POLICY_VERSION_CORRUPT: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'a file below `policy-versions` in the data directory was altered, or is of another ' +
      'version of the program: restore a copy, or start once with `reload = "watch"`',
  },
  POLICY_VERSION_CONFLICT: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'another version came into force meanwhile: look at the difference to it and try again',
  },
  POLICY_TESTS_FAILED: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'run `portcullis policy test`, then mend the policies or their tests; nothing changed',
  },
  POLICY_PUSH_ONLY: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'with `reload = "push"` the directory is a working copy: use `portcullis policy push`',
  },
} as const
