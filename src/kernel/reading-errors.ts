/** Refusals of those who read the ledger. Part of `ERRORS`. */
export const READING_ERRORS = {
  LEDGER_INDEX_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the index is not what the segments say, and they are the truth: run `portcullis ledger ' +
      'reindex`; if it comes again, run `portcullis ledger verify`',
  },
  LEDGER_HEAD_UNSIGNED: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the head over this receipt is signed within a second: ask again',
  },
} as const
