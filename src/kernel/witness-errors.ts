/** What may go wrong with cosigned checkpoints, at a log and at a witness. Part of `ERRORS`. */
export const WITNESS_ERRORS = {
  CHECKPOINT_NOT_HYBRID: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the log signed with Ed25519 or ML-DSA-44 alone: take a published head, which has both',
  },
  QUORUM_UNMET: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'too few of the witnesses that the policy names cosigned this checkpoint',
  },
  WITNESS_POLICY_INVALID: {
    http: 400,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'mend the line that is named; the format is that of `c2sp.org/tlog-policy`',
  },
  WITNESS_REQUEST_INVALID: {
    http: 400,
    agent: 'The request is not valid.',
    remedy: 'the body is not as `c2sp.org/tlog-witness` has it, or its old size is too large',
  },
  WITNESS_LOG_UNKNOWN: {
    http: 404,
    agent: 'This log is not watched here.',
    remedy: 'start the witness with `--log VKEY` of this log, and its origin spelt the same',
  },
  WITNESS_SIGNATURE_REFUSED: {
    http: 403,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the witness has another key for this log: give it the one in `keys/ledger.vkey`',
  },
  WITNESS_INCONSISTENT: {
    http: 422,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the log does not continue what the witness cosigned: it was rewritten or forked',
  },
} as const
