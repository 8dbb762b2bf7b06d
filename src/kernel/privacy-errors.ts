/** Refusals about kept payloads, subjects, erasure and legal holds. Part of `ERRORS`. */
export const PRIVACY_ERRORS = {
  SUBJECT_INVALID: {
    http: 400,
    agent: 'The request names nobody that is known here.',
    remedy: 'name a subject as `agent:NAME`, `human:NAME` or `data:VALUE`',
  },
  SUBJECT_UNKNOWN: {
    http: 403,
    agent: 'The arguments do not say whom this action is about.',
    remedy:
      '`[ledger.subjects]` names a member of the arguments that says whose data it is: it has to ' +
      'be there, as text or a number of at most 256 characters',
  },
  DATA_KEYS_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: '`data-keys.db` could not be read or written, or has no room for more subjects',
  },
  DATA_KEYS_INVALID: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: '`data-keys.db` and `keys/data` do not belong together: restore both of one time',
  },
  PAYLOAD_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the payload could not be kept, so its action was refused: check the disk',
  },
  PAYLOAD_TOO_LARGE: {
    http: 413,
    agent: 'The arguments or the result are too large.',
    remedy: 'a payload longer than `[ledger.payloads] max_bytes` can not be kept',
  },
  PAYLOADS_FULL: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'the kept payloads have reached `[ledger.payloads] max_total_bytes`: raise it, or keep ' +
      'them for less time with `[ledger.retention] payloads`',
  },
  PAYLOAD_UNKNOWN: {
    http: 404,
    agent: 'There is no such payload.',
    remedy: 'nothing was kept for this receipt, or its time was over',
  },
  PAYLOAD_ERASED: {
    http: 410,
    agent: 'There is no such payload.',
    remedy: 'its subject was erased: no key opens it any more',
  },
  PAYLOAD_INVALID: {
    http: 500,
    agent: 'The payload was not accepted.',
    remedy: 'the kept payload is not that of the receipt: it was altered, cut or exchanged',
  },
  HOLD_ACTIVE: {
    http: 409,
    agent: 'This can not be done at the moment.',
    remedy: 'a legal hold stands: see `portcullis ledger hold list`',
  },
  HOLD_UNKNOWN: {
    http: 404,
    agent: 'There is no such hold.',
    remedy: 'list the holds with `portcullis ledger hold list`',
  },
  BUNDLE_INVALID: {
    http: 400,
    agent: 'The bundle was not accepted.',
    remedy: 'this is no bundle as it was made: a part is missing or altered; do not trust it',
  },
} as const
