/** Refusals around actions that wait for approval, and of those who approve. Part of `ERRORS`. */
export const APPROVAL_ERRORS = {
  APPROVAL_PENDING: {
    http: 409,
    agent: 'This action waits for an approval. Ask again later, with the same arguments.',
    remedy: 'see `portcullis approvals list`; once approved, the next equal call is carried out',
  },
  APPROVAL_GRANTED: {
    http: 409,
    agent: 'This action is approved already.',
    remedy: 'nothing is missing any more: the next equal call of the agent is carried out',
  },
  APPROVAL_DENIED: {
    http: 403,
    agent: 'An approver refused this action.',
    remedy: 'see who and why with `portcullis approvals show ID`; it stands until its expiry',
  },
  APPROVAL_EXPIRED: {
    http: 403,
    agent: 'This action was not approved in time.',
    remedy: 'the request expired: the agent must ask again; `ttl` of the approval sets the time',
  },
  APPROVAL_CONSUMED: {
    http: 409,
    agent: 'The approval of this action has been used already.',
    remedy: 'an approval is good for one call: the agent must ask again',
  },
  APPROVAL_VOID: {
    http: 409,
    agent: 'The approval of this action no longer holds. Ask again.',
    remedy:
      'the policies changed after it was asked, whom it is about was erased, or another action ' +
      'was tried under it',
  },
  APPROVAL_LIMIT: {
    http: 429,
    agent: 'Too many actions wait for approval.',
    remedy: 'decide those in `portcullis approvals list`, or raise the bounds under `[approvals]`',
  },
  APPROVAL_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the requests for approval could not be read or kept: check the disk and `state.db`',
  },
  APPROVAL_UNKNOWN: {
    http: 404,
    agent: 'There is no such request for approval.',
    remedy: 'list the requests with `portcullis approvals list --all`',
  },
  APPROVAL_FORBIDDEN: {
    http: 403,
    agent: 'This approver is not among those asked.',
    remedy: 'see who may approve with `portcullis approvals show ID`',
  },
  APPROVAL_OWN_REQUEST: {
    http: 403,
    agent: 'Nobody approves a request of their own.',
    remedy: 'the policy says `not: requester`: somebody else has to approve',
  },
  APPROVAL_VOTED: {
    http: 409,
    agent: 'This approver has approved already.',
    remedy: 'a quorum counts different approvers: somebody else has to approve as well',
  },
  APPROVER_MISSING: {
    http: 401,
    agent: 'No credential was presented.',
    remedy: 'set `PORTCULLIS_APPROVER_TOKEN`, or name a file that holds it with `--token-file`',
  },
  APPROVER_INVALID: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'issue one with `portcullis approvals token NAME`; the token of an agent never serves',
  },
  APPROVER_EXPIRED: {
    http: 401,
    agent: 'The credential has expired.',
    remedy: 'issue a new one with `portcullis approvals token NAME`',
  },
  APPROVER_UNKNOWN: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'declare the approver under `[approvers.NAME]` in `portcullis.toml`',
  },
} as const
