/** Failures of access control lists, candidates and storage. Part of `ERRORS`. */
export const ACL_ERRORS = {
  CANDIDATE_INVALID: {
    http: 400,
    agent: 'The candidate is not one.',
    remedy: 'a candidate reads `agent:NAME`, `user:NAME`, `team:NAME` or `public`',
  },
  CANDIDATE_UNPROVED: {
    http: 403,
    agent: 'The connection does not prove that candidate.',
    remedy: 'the caller named another agent, user or team than its credential proves',
  },
  ACL_INVALID: {
    http: 400,
    agent: 'The access control list is not one.',
    remedy: 'levels are read, write and owner; each candidate once; the public owns nothing',
  },
  ACL_RESOURCE_INVALID: {
    http: 400,
    agent: 'The resource is not one that has an access control list.',
    remedy: 'a resource reads `storage/NAME`, `memory/NAME`, `secret/NAME` or `model/NAME`',
  },
  ACL_WITHOUT_OWNER: {
    http: 409,
    agent: 'That would leave the resource without an owner.',
    remedy: 'make somebody else an owner first',
  },
  ACL_CHANGED: {
    http: 409,
    agent: 'The access control list has changed meanwhile.',
    remedy: 'read it again with `portcullis acl show RESOURCE` and repeat the change',
  },
  ACL_LIMIT: {
    http: 507,
    agent: 'There is no room for that in the access control lists.',
    remedy: 'a list holds 64 entries and a tenant 100,000 lists; name teams instead of agents',
  },
  ACL_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the access control lists cannot be read or written: check the disk and `acl.db`',
  },
  STORAGE_NAME_REFUSED: {
    http: 400,
    agent: 'That cannot name a stored object.',
    remedy: 'segments of letters, digits and `._-`, with `/` between; see docs/guide/acl.md',
  },
  STORAGE_NAME_TAKEN: {
    http: 409,
    agent: 'Another stored object has a name that looks like this one.',
    remedy: 'names that differ in case alone are taken for one another: choose another name',
  },
  STORAGE_UNKNOWN: {
    http: 404,
    agent: 'There is no such stored object.',
    remedy: 'the object was never written, or it was deleted',
  },
  STORAGE_TOO_LARGE: {
    http: 413,
    agent: 'The content is too large to be stored.',
    remedy: 'raise `storage.max_object_bytes`, or store less in one object',
  },
  STORAGE_FULL: {
    http: 507,
    agent: 'There is no room left in the storage.',
    remedy: 'delete stored objects, or raise `storage.max_total_bytes`',
  },
  STORAGE_CHANGED: {
    http: 409,
    agent: 'The stored object was made or deleted meanwhile.',
    remedy: 'another request came first: this one may be sent again',
  },
  STORAGE_CORRUPT: {
    http: 500,
    agent: 'The stored object cannot be read.',
    remedy: 'its file is not what was written: restore the data directory from a backup',
  },
  STORAGE_UNAVAILABLE: {
    http: 503,
    agent: 'The storage cannot be used at the moment.',
    remedy: 'the storage is off in `portcullis.toml`, or its files cannot be read or written',
  },
  CLIENT_NOT_CONFIGURED: {
    http: 500,
    agent: 'The client does not know how to reach the runtime.',
    remedy:
      'set PORTCULLIS_URL and PORTCULLIS_TOKEN, or call `ConnectorService.init({ url, token })`',
  },
  CLIENT_UNREACHABLE: {
    http: 502,
    agent: 'The runtime does not answer.',
    remedy: 'the runtime is not running, or not at that address; see `portcullis status`',
  },
  CLIENT_TIMEOUT: {
    http: 504,
    agent: 'The runtime did not answer in time.',
    remedy:
      'raise `timeoutMs` or `deadlineMs` of the client, or find out what the runtime waits for',
  },
  CLIENT_PROTOCOL: {
    http: 502,
    agent: 'The answer is not one of the runtime.',
    remedy:
      'something on the way answered in its place, or client and runtime are of other versions',
  },
  REQUEST_REPEATED: {
    http: 422,
    agent: 'The idempotency key was used for another request.',
    remedy: 'a key stands for one request: use a new one for each',
  },
} as const
