/** Refusals about tenants, their spaces, members and roles. Part of `ERRORS`. */
export const TENANT_ERRORS = {
  TENANT_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis tenant list`; tenants are declared under `[tenants.NAME]`',
  },
  INSTALLATION_ONLY: {
    http: 403,
    agent: 'This is no matter of a tenant.',
    remedy: 'keys and trust are everybody’s: ask without `--tenant`, as the tenant `default`',
  },
  SPACE_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis space list`; spaces are declared under `[spaces.NAME]`',
  },
  MEMBER_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis member list`',
  },
  ROLE_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis role list`; custom roles are declared under `[roles.NAME]`',
  },
  GRANT_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis member show NAME` for what is granted',
  },
  ROLE_SCOPE: {
    http: 400,
    agent: 'The role cannot be granted there.',
    remedy: '`super_admin` is of the organisation; `admin`, `editor`, `viewer` are of a space',
  },
  NAME_INVALID: {
    http: 400,
    agent: 'The name is not well-formed.',
    remedy: 'names are of ASCII letters, digits and `._@+-`; look-alikes and paths are refused',
  },
  NAME_TAKEN: {
    http: 409,
    agent: 'The name is taken.',
    remedy: 'choose another name: this one, or one that reads the same, is there already',
  },
  DECLARED_ELSEWHERE: {
    http: 409,
    agent: 'This is declared in the configuration.',
    remedy: 'what `portcullis.toml` declares is changed there, then restart the runtime',
  },
  DIRECTORY_LIMIT: {
    http: 409,
    agent: 'The directory is full.',
    remedy: 'revoke grants or remove members that nobody needs any more',
  },
  DIRECTORY_UNAVAILABLE: {
    http: 503,
    agent: 'The directory is not available at the moment.',
    remedy: 'see the cause: `directory.db` in the data directory must be readable and have room',
  },
} as const
