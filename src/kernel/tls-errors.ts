/** Certificates and handshakes, on our side of a connection and on the other. Part of `ERRORS`. */
export const TLS_ERRORS = {
  TLS_VERSION_REFUSED: {
    http: 403,
    agent: 'This connection is not served.',
    remedy: 'the peer offered no TLS 1.3: bring its TLS library up to date',
  },
  TLS_HANDSHAKE_FAILED: {
    http: 403,
    agent: 'This connection is not served.',
    remedy:
      'the handshake broke off: the peer spoke no TLS, or did not trust the certificate shown here',
  },
  CLIENT_CERTIFICATE_MISSING: {
    http: 401,
    agent: 'No client certificate was presented.',
    remedy: 'the listener has `client_certificate = "required"`: present one of its `client_ca`',
  },
  CLIENT_CERTIFICATE_INVALID: {
    http: 401,
    agent: 'The client certificate was not accepted.',
    remedy: 'the certificate does not lead to the `client_ca` of the listener',
  },
  CLIENT_CERTIFICATE_EXPIRED: {
    http: 401,
    agent: 'The client certificate was not accepted.',
    remedy: 'the certificate has expired or is not valid yet: renew it, and check both clocks',
  },
  SVID_INVALID: {
    http: 401,
    agent: 'The client certificate was not accepted.',
    remedy:
      'an X.509-SVID has one URI, a SPIFFE id; it is no authority and may sign: have one issued',
  },
  SVID_UNTRUSTED: {
    http: 401,
    agent: 'The client certificate was not accepted.',
    remedy: 'no authority in `portcullis ca show` signed it: start the agent again',
  },
  SVID_FOREIGN: {
    http: 401,
    agent: 'The client certificate was not accepted.',
    remedy: 'it is of another trust domain: each runtime has its own, the host of its ledger',
  },
  PEER_CERTIFICATE_EXPIRED: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy:
      'the certificate shown there has expired or is not valid yet: renew it, check the clocks',
  },
  PEER_CERTIFICATE_UNTRUSTED: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy: 'the certificate shown there leads to no authority that counts: name it in `tls.ca`',
  },
  PEER_CERTIFICATE_MISNAMED: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy: 'the certificate shown there is of another host: correct `url`, or `tls.server_name`',
  },
  PEER_PIN_MISMATCH: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy: 'another key is used there than those in `tls.pins`: find out why, then change them',
  },
  PEER_TLS_TOO_OLD: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy: 'no TLS 1.3 is spoken there: bring it up to date, or say `tls.min_version = "1.2"`',
  },
  PEER_REFUSED_CERTIFICATE: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy:
      'our certificate was refused there: see `tls.cert`, and the authorities that count there',
  },
  CERTIFICATE_UNUSABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'a certificate and its key, in PEM and of each other, must stand in the named files',
  },
  ATTESTATION_UNAVAILABLE: {
    http: 501,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'agents are launched on Linux, with /proc: elsewhere give the agent a token of its own',
  },
  ATTESTATION_REFUSED: {
    http: 403,
    agent: 'The agent was not accepted.',
    remedy: 'the process, its key or its declaration is not what the launcher says: start it again',
  },
  ATTESTATION_MISMATCH: {
    http: 403,
    agent: 'The agent was not accepted.',
    remedy:
      'the code of the agent is not its declared `digest`: see `portcullis run --measure`, and why',
  },
  LAUNCH_FAILED: {
    http: 500,
    agent: 'The agent could not be started.',
    remedy: 'the command behind `--` must be a program that is there and may be started',
  },
  LAUNCH_STRANGER: {
    http: 403,
    agent: 'This address is not served here.',
    remedy: 'the endpoint is for the launched agent and its children alone',
  },
  LAUNCH_NEEDS_TLS: {
    http: 409,
    agent: 'The agent could not be started.',
    remedy: 'an SVID needs `[listen.mcp.tls]` with `cert = "own"` and `client_ca = "own"`',
  },
  CA_MISSING: {
    http: 404,
    agent: 'There is nothing at this address.',
    remedy: 'nothing uses an own authority: `cert = "own"` or `portcullis ca show` makes one',
  },
  CA_ROTATING: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the next root is announced and not in use yet: wait, or rotate with `--emergency`',
  },
} as const
