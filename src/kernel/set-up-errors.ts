/** Failures of setting up and of talking to a runtime, met by operators. Part of `ERRORS`. */
export const SET_UP_ERRORS = {
  CONFIG_MISSING: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'write a starter with `portcullis init`, or name the file with `--config FILE`',
  },
  CONFIG_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'mend what is named above; `docs/reference/config.md` lists every key',
  },
  CONFIG_INSECURE_LISTENER: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'listen on 127.0.0.1, or give the listener a certificate under `[listen.mcp.tls]`',
  },
  IMPORT_NOTHING: {
    http: 404,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'name the file of the client: `portcullis mcp import FILE`',
  },
  IMPORT_UNREADABLE: {
    http: 400,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'mend the file at the line that is named; nothing was written',
  },
  POLICY_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'mend what is named above, then run `portcullis policy check`',
  },
  INIT_WOULD_OVERWRITE: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'choose an empty folder: `portcullis init DIR`; nothing was written',
  },
  RUNTIME_NOT_RUNNING: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'start the runtime with `portcullis up`, with the same configuration file',
  },
  RUNTIME_ALREADY_RUNNING: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'stop the other runtime, or use another `data_dir`',
  },
  ADMIN_FORBIDDEN: {
    http: 403,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'only the user that runs the runtime may use its `admin.sock`',
  },
  ADMIN_SOCKET_UNUSABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the admin socket needs a short path of its own: choose another `data_dir`',
  },
  ADMIN_TIMEOUT: {
    http: 504,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the runtime is there but does not answer: see its log',
  },
  WATCH_LIMIT: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'end one of the running `portcullis watch`',
  },
} as const
