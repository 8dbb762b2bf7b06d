/** Refusals of the store of receipts. Part of `ERRORS`. */
export const LEDGER_ERRORS = {
  LEDGER_FULL: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the disk of the ledger is full: free some of it; the ledger then goes on by itself',
  },
  LEDGER_TENANT_REFUSED: {
    http: 400,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the name of a tenant is too long or holds control characters, or there are too many',
  },
} as const
