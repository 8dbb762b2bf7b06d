/** Refusals about servers that are added and removed at run time. Part of `ERRORS`. */
export const SERVER_ERRORS = {
  SERVER_UNKNOWN: {
    http: 404,
    agent: 'There is no such thing here.',
    remedy: 'see `portcullis server list`; servers are declared under `[servers.NAME]`',
  },
  SERVER_TAKEN: {
    http: 409,
    agent: 'The name is taken.',
    remedy:
      'choose another name, or remove the server that has it: `portcullis server remove NAME`',
  },
  SERVER_REFUSED: {
    http: 400,
    agent: 'The server cannot be declared so.',
    remedy: 'mend what is named above; nothing was written, and the servers are as they were',
  },
  SERVER_UNCUT: {
    http: 409,
    agent: 'The server cannot be removed so.',
    remedy: 'it shares a line with others: take it out of the file by hand, then send `SIGHUP`',
  },
  SERVER_LOCAL_ONLY: {
    http: 403,
    agent: 'Servers are declared on the machine of the runtime.',
    remedy: 'use `portcullis server` there, as the user of the runtime; nothing was changed',
  },
  CONFIG_CHANGED: {
    http: 409,
    agent: 'The configuration was changed at the same time.',
    remedy: 'somebody wrote the file meanwhile: look at it, and try again; nothing was written',
  },
} as const
