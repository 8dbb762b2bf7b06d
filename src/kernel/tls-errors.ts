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
} as const
