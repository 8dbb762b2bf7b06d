/** Refusals about keys and the document that says which of them to trust. Part of `ERRORS`. */
export const TRUST_ERRORS = {
  TRUST_INVALID: {
    http: 400,
    agent: 'The trust document was not accepted.',
    remedy: 'this is not a trust document as `docs/spec/trust.md` has it; get it again',
  },
  TRUST_UNTRUSTED: {
    http: 400,
    agent: 'The trust document was not accepted.',
    remedy:
      'too few roots signed it: have them sign with `portcullis keys trust sign`, and compare ' +
      'the ids of the roots with those you were given',
  },
  TRUST_VERSION: {
    http: 400,
    agent: 'The trust document was not accepted.',
    remedy:
      'a trust document follows the version before it, one by one: this is older, or skips one',
  },
  TRUST_CHAIN: {
    http: 400,
    agent: 'The trust document was not accepted.',
    remedy: 'it names another predecessor than the one at hand: someone keeps two histories',
  },
  TRUST_CONTINUITY: {
    http: 400,
    agent: 'The trust document was not accepted.',
    remedy: 'a trust document may add to what was said of keys and logs, and take nothing back',
  },
  TRUST_EXPIRED: {
    http: 400,
    agent: 'The trust document has expired.',
    remedy: 'get the current one; its operator renews it with `portcullis keys trust draft`',
  },
  TRUST_MISSING: {
    http: 404,
    agent: 'There is no such trust document.',
    remedy: 'make a root with `portcullis keys root create`, then draft, sign and publish',
  },
  TRUST_HEAD_FORKED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy:
      'it has another root than the head in the trust document: keep both, and ask its operator',
  },
  TRUST_LOG_CLOSED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the log was closed before this size: the trust document names its final head',
  },
  TRUST_PROOF_NEEDED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'export the receipt again: it then carries the proof into the log of the node',
  },
  KEY_TOO_EARLY: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'its key signs from a greater size on: whoever has the key tries to rewrite the past',
  },
  KEY_RETIRED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'its key had been retired at that size: look for a checkpoint of a newer key',
  },
  KEY_COMPROMISED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy:
      'its key is known to be stolen: it counts up to the bound alone, and there only with a ' +
      'consistency proof to the bound or the witnesses of the policy',
  },
  KEYS_MISSING: {
    http: 404,
    agent: 'There are no keys.',
    remedy: 'start the runtime once with `portcullis up`: it makes its keys',
  },
  KEY_UNKNOWN: {
    http: 404,
    agent: 'There is no such key.',
    remedy: 'name a key by the id that `portcullis keys list` shows',
  },
  KEY_OVERLAP: {
    http: 409,
    agent: 'The key is still needed.',
    remedy:
      'verifiers must learn of the new key first: publish the trust document and wait for the ' +
      '`overlap` to pass, or use `portcullis keys retire --now`',
  },
  KEY_TRANSITION: {
    http: 409,
    agent: 'The key is in another state.',
    remedy: 'a key goes active, retiring, retired, and from the latter two compromised; never back',
  },
  KEY_CHANGE_INVALID: {
    http: 400,
    agent: 'The change of keys was not accepted.',
    remedy: 'both keys must sign a change; this text is altered or half signed',
  },
  ROOT_KEY_INVALID: {
    http: 400,
    agent: 'The root key was not accepted.',
    remedy: 'name a file that `portcullis keys root create` wrote: Ed25519 or ML-DSA-65, in PEM',
  },
} as const
