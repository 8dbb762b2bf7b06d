/** Failures of changing policies and of looking back at decisions. Part of `ERRORS`. */
export const POLICY_ERRORS = {
  REQUEST_UNREADABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the recorded requests were altered or sealed with another key: restore `requests.db` and ' +
      '`keys/` together, or remove `requests.db` and begin anew',
  },
} as const
