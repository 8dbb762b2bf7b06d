/** Signatures of tools. Part of `ERRORS`. */
export const SIGNATURE_ERRORS = {
  TOOL_SIGNATURE_REFUSED: {
    http: 403,
    agent: 'This action is not permitted for this agent.',
    remedy:
      'the tool is not signed as `[servers.NAME.schemapin]` asks: its receipt ' +
      '`tool.signature_refused` says which step failed',
  },
  SCHEMA_UNSIGNABLE: {
    http: 400,
    agent: 'The schema cannot be signed.',
    remedy:
      'the official SDKs write it differently, so that some of them would refuse the signature: ' +
      'change what is named, or choose one of them with `--form`',
  },
  SIGNER_FILE_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'a file of signatures, a trust bundle or a document of a signer is not what it should be',
  },
  KEY_PINS_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: '`signing-keys.db` cannot be used: restore it from a backup; it is never made anew',
  },
} as const
