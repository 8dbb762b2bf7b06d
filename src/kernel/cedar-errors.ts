/** Failures around policies in Cedar. Part of `ERRORS`. */
export const CEDAR_ERRORS = {
  CEDAR_MISSING: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'install what evaluates `*.cedar` files: `npm install @cedar-policy/cedar-wasm`',
  },
  CEDAR_NO_PLAN: {
    http: 400,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'decide about each record by itself, or filter by policies of our own language alone',
  },
  CEDAR_EXPORT_PARTIAL: {
    http: 409,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'say it in the common fragment, or export with `--partial`: then what it binds is left out',
  },
} as const
