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
  CA_ROTATING: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the next root is announced and not in use yet: wait, or rotate with `--emergency`',
  },
} as const
