/** Refusals of the authorization server, and of what its tokens may not do. Part of `ERRORS`. */
export const OAUTH_ERRORS = {
  SCOPE_INSUFFICIENT: {
    http: 403,
    agent: 'The credential is not for this operation.',
    remedy: 'the token has narrower scopes: ask for one whose `scope` names the operation',
  },
  DPOP_NONCE_REQUIRED: {
    http: 401,
    agent: 'The proof needs the nonce of the header `DPoP-Nonce`.',
    remedy: 'clients repeat the request with the nonce (RFC 9449 section 9); nothing is wrong',
  },
  IDENTITY_UNBOUND: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'a token that is bound to no key is taken from this machine only: use DPoP or mTLS',
  },
  OAUTH_REQUEST_INVALID: {
    http: 400,
    agent: 'The authorization server cannot read this request.',
    remedy:
      'a parameter is missing, repeated or of another shape; see docs/guide/agent-identity.md',
  },
  OAUTH_CLIENT_UNPROVED: {
    http: 401,
    agent: 'The client did not prove who it is.',
    remedy: 'unknown client, wrong key, or an assertion that is stale, used or for another server',
  },
  OAUTH_GRANT_INVALID: {
    http: 400,
    agent: 'The grant was not accepted.',
    remedy:
      'the code, the refresh token or the subject token is unknown, used, expired or another’s',
  },
  OAUTH_PROOF_INVALID: {
    http: 400,
    agent: 'The proof of possession was not accepted.',
    remedy: 'the `DPoP` header is missing, stale, used, or for another address or key (RFC 9449)',
  },
  OAUTH_SCOPE_INVALID: {
    http: 400,
    agent: 'The scope was not accepted.',
    remedy: 'scopes are names of operations, or the beginning of names with a star last: `crm.*`',
  },
  OAUTH_SCOPE_WIDER: {
    http: 400,
    agent: 'The scope is wider than may be given.',
    remedy:
      'scopes get narrower only: see `scopes` of the agent and the scope of the subject token',
  },
  OAUTH_TARGET_INVALID: {
    http: 400,
    agent: 'There are no tokens for this resource here.',
    remedy: 'the only `resource` (RFC 8707) is the MCP endpoint of this runtime',
  },
  OAUTH_REGISTRATION_REFUSED: {
    http: 401,
    agent: 'The registration was not accepted.',
    remedy:
      'it takes a fresh token from `portcullis agent register-token NAME`, good for one client',
  },
  OAUTH_METADATA_INVALID: {
    http: 400,
    agent: 'The metadata of the client was not accepted.',
    remedy: 'a client registers `jwks` with public keys and, for people’s logins, `redirect_uris`',
  },
  OAUTH_LOGIN_REFUSED: {
    http: 403,
    agent: 'The login was not accepted.',
    remedy: 'wrong name, password or code, or the page was left open too long',
  },
  OAUTH_UNAVAILABLE: {
    http: 503,
    agent: 'The authorization server cannot answer at the moment.',
    remedy: 'its store or the ledger cannot be written; see the runtime log',
  },
  DELEGATION_REFUSED: {
    http: 403,
    agent: 'This agent may not act for that subject.',
    remedy:
      'declare it: `acts_for` of the agent; the subject may also have picked another (`may_act`)',
  },
  DELEGATION_TOO_DEEP: {
    http: 403,
    agent: 'The authority was passed on too often.',
    remedy: 'see `oauth.delegation_depth`; a shorter chain of agents is the better cure',
  },
  AGENT_KEY_INVALID: {
    http: 400,
    agent: 'The key was not accepted.',
    remedy: 'a public key, P-256 or Ed25519, as JWK, JWK Set or PEM; never a private one',
  },
  AGENT_KEY_UNKNOWN: {
    http: 404,
    agent: 'There is no such key.',
    remedy: 'see `portcullis agent key list NAME`; keys of the configuration are removed there',
  },
  AGENT_KEY_LIMIT: {
    http: 409,
    agent: 'The agent has as many keys as it may have.',
    remedy: 'remove one with `portcullis agent key remove`',
  },
} as const
