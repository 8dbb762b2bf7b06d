/** Refusals of those who read the ledger. Part of `ERRORS`. */
export const READING_ERRORS = {
  LEDGER_INDEX_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the index is not what the segments say, and they are the truth: run `portcullis ledger ' +
      'reindex`; if it comes again, run `portcullis ledger fsck`',
  },
  LEDGER_HEAD_UNSIGNED: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the head over this receipt is signed within a second: ask again',
  },
  LEDGER_EXPORT_CONFLICT: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the directory has the tiles of another log, or of a later head than the ledger has: ' +
      'export to an empty one, and find out why, for a log never goes back',
  },
} as const
