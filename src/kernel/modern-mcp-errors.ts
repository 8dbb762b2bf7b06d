/** Refusals of requests that stand alone, as MCP has them since 2026-07-28. Part of `ERRORS`. */
export const MODERN_MCP_ERRORS = {
  REQUEST_META_INVALID: {
    http: 400,
    agent: 'The request does not say, or says wrongly, what its revision wants to be told of it.',
    remedy: 'the client sends `_meta` with its revision and capabilities in every request',
  },
  REQUEST_STATE_REFUSED: {
    http: 400,
    agent: 'The state of the request is not known, or is not for this request.',
    remedy:
      'send the request anew, without `requestState`: it was used, has expired, was altered, or ' +
      'belongs to another request or agent',
  },
  TASK_UNKNOWN: {
    http: 404,
    agent: 'The task is not known.',
    remedy: 'a task belongs to the agent that made it, and is forgotten with the runtime',
  },
} as const
