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
  FINALITY_TIMEOUT: {
    http: 503,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'too few witnesses cosigned in time: see the runtime log, or raise `finality_wait`',
  },
  FINALITY_BLOCKED: {
    http: 503,
    agent: 'This action could not be carried out under its conditions.',
    remedy: 'a witness knows another history of this ledger: see `docs/guide/witnesses.md`',
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
  WITNESS_CONFLICT: {
    http: 409,
    agent: 'The checkpoint was not accepted.',
    remedy: 'begin with the size that the witness names: it has cosigned that one last',
  },
  WITNESS_INCONSISTENT: {
    http: 422,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the log does not continue what the witness cosigned: it was rewritten or forked',
  },
  WITNESS_AHEAD: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the witness cosigned a longer ledger: this one was restored from an old backup',
  },
  WITNESS_UNREACHABLE: {
    http: 502,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the witness does not answer at its address, or not in time: check both and the way',
  },
  WITNESS_PROTOCOL: {
    http: 502,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'what answers there is no `tlog-witness`, or signs with another key than the policy has',
  },
  WITNESS_STATE_MISSING: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'a witness that forgot what it cosigned could cosign a fork: restore its newest state, or ' +
      'start a new witness with a new key',
  },
  WITNESS_STATE_CORRUPT: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the file is not the state of this witness: restore it, or start one with a new key',
  },
} as const
