import { ACL_ERRORS } from './acl-errors.ts'
import { APPROVAL_ERRORS } from './approval-errors.ts'
import { CEDAR_ERRORS } from './cedar-errors.ts'
import { DOOR_ERRORS } from './door-errors.ts'
import { FILTER_ERRORS } from './filter-errors.ts'
import { LEDGER_ERRORS } from './ledger-errors.ts'
import { MCP_DOOR_ERRORS } from './mcp-door-errors.ts'
import { MCP_ERRORS } from './mcp-errors.ts'
import { MODERN_MCP_ERRORS } from './modern-mcp-errors.ts'
import { OAUTH_ERRORS } from './oauth-errors.ts'
import { OBLIGATION_ERRORS } from './obligation-errors.ts'
import { PEOPLE_ERRORS } from './people-errors.ts'
import { POLICY_ERRORS } from './policy-errors.ts'
import { POLICY_TEST_ERRORS } from './policy-test-errors.ts'
import { PRIVACY_ERRORS } from './privacy-errors.ts'
import { READING_ERRORS } from './reading-errors.ts'
import { REVIEW_ERRORS } from './review-errors.ts'
import { SCHEMA_ERRORS } from './schema-errors.ts'
import { SERVER_ERRORS } from './server-errors.ts'
import { SET_UP_ERRORS } from './set-up-errors.ts'
import { SIGNATURE_ERRORS } from './signature-errors.ts'
import { STANDING_ERRORS } from './standing-errors.ts'
import { TENANT_ERRORS } from './tenant-errors.ts'
import { TLS_ERRORS } from './tls-errors.ts'
import { TOOL_ERRORS } from './tool-errors.ts'
import { TRUST_ERRORS } from './trust-errors.ts'
import { VERIFY_ERRORS } from './verify-errors.ts'
import { WITNESS_ERRORS } from './witness-errors.ts'

/**
 * Every coded failure of the runtime, in one closed table. A code is an API: scripts match on it,
 * receipts keep it. The table also feeds `docs/reference/errors.md`.
 *
 * `http` is the status a door answers with; `agent` is all that the agent may read (a sentence that
 * names no rule, no other principal and no secret); `remedy` is for the operator.
 */
export const ERRORS = {
  IDENTITY_MISSING: {
    http: 401,
    agent: 'No credential was presented.',
    remedy: 'send `Authorization: Bearer …` with a token from `portcullis agent token NAME`',
  },
  IDENTITY_INVALID: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'issue a new token; a token of another runtime or an altered one never verifies',
  },
  IDENTITY_UNPROVED: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy:
      'the token is bound to a key: send `Authorization: DPoP …` with a fresh proof (RFC 9449)',
  },
  IDENTITY_EXPIRED: {
    http: 401,
    agent: 'The credential has expired.',
    remedy: 'issue a new token with `portcullis agent token NAME`',
  },
  IDENTITY_UNKNOWN: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy: 'the token names an agent that `portcullis.toml` does not declare',
  },
  IDENTITY_MISDIRECTED: {
    http: 401,
    agent: 'The credential was not accepted.',
    remedy:
      'the agent went to a server directly: see the actor of the receipt and close that way to it',
  },
  ...STANDING_ERRORS,
  POLICY_DENIED: {
    http: 403,
    agent: 'This action is not permitted for this agent.',
    remedy:
      'run `portcullis policy explain --receipt ID` for this denial, or with `--agent` and ' +
      '`--action` for one like it',
  },
  DECISION_FAILED: {
    http: 403,
    agent: 'This action is not permitted for this agent.',
    remedy: 'deciding raised an error, which denies; the receipt names the step',
  },
  ...PEOPLE_ERRORS,
  ...OBLIGATION_ERRORS,
  ...SCHEMA_ERRORS,
  ...TOOL_ERRORS,
  ...ACL_ERRORS,
  LEDGER_UNAVAILABLE: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the ledger could not be written: check the disk, then restart the runtime',
  },
  LEDGER_BUSY: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'more receipts are waiting than the queue may hold: the disk is slower than the load',
  },
  ...LEDGER_ERRORS,
  ...READING_ERRORS,
  ...PRIVACY_ERRORS,
  LEDGER_RECEIPT_REJECTED: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'one receipt was too large or not plain JSON, so its action was not carried out',
  },
  LEDGER_LOCKED: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'another runtime writes this ledger: stop it, or use another data directory',
  },
  LEDGER_CORRUPT: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'keep the file as it is, run `portcullis ledger fsck`, and restore a copy that verifies',
  },
  LEDGER_KEY_MISMATCH: {
    http: 503,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the ledger was signed by another key: use the keys directory it was made with',
  },
  LEDGER_MISSING: {
    http: 404,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'name the ledger with `--ledger FILE` or its data directory with `--data DIR`',
  },
  LEDGER_RECEIPT_UNKNOWN: {
    http: 404,
    agent: 'There is no such receipt.',
    remedy: 'list the receipts with `portcullis ledger show`',
  },
  JSON_UNSUPPORTED: {
    http: 400,
    agent: 'The request holds a value that is not plain JSON.',
    remedy: 'only finite numbers, well-formed strings and bounded nesting have a canonical form',
  },
  VKEY_INVALID: {
    http: 400,
    agent: 'The key was not accepted.',
    remedy: 'a key reads `<name>+<8 hex digits>+<base64>`, as in `keys/ledger.vkey`',
  },
  CHECKPOINT_INVALID: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy: 'the checkpoint is not well formed: it was altered or cut; do not trust it',
  },
  CHECKPOINT_UNTRUSTED: {
    http: 400,
    agent: 'The checkpoint was not accepted.',
    remedy:
      'the given key did not sign this checkpoint: it was altered, or the key is another log’s',
  },
  PROOF_INVALID: {
    http: 400,
    agent: 'The proof was not accepted.',
    remedy: 'the receipt is not in the signed tree: it was altered; do not trust it',
  },
  TILE_INVALID: {
    http: 400,
    agent: 'The tile was not accepted.',
    remedy: 'the log was copied badly or altered; fetch the tile again, and do not trust it',
  },
  RECEIPT_INVALID: {
    http: 400,
    agent: 'The receipt was not accepted.',
    remedy: 'this is not a receipt as the ledger exports it; do not trust it',
  },
  FILE_UNREADABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'a file named on the command line is not there, is no text, or may not be read',
  },
  FILE_UNWRITABLE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'a file named on the command line may not be written',
  },
  KEYS_INSECURE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy:
      'private keys must be readable by their owner alone: `chmod 700 keys; chmod 600 keys/*`',
  },
  KEYS_INCOMPLETE: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'restore the missing key file from a backup; keys are never made anew beside old ones',
  },
  KEYS_INVALID: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'the key files do not belong together or cannot be read: restore them from a backup',
  },
  ...TLS_ERRORS,
  ...TRUST_ERRORS,
  ...TENANT_ERRORS,
  ...APPROVAL_ERRORS,
  ...CEDAR_ERRORS,
  ...POLICY_TEST_ERRORS,
  ...DOOR_ERRORS,
  ...MCP_DOOR_ERRORS,
  ...MODERN_MCP_ERRORS,
  ...REVIEW_ERRORS,
  ...FILTER_ERRORS,
  ...SET_UP_ERRORS,
  ...SERVER_ERRORS,
  ...POLICY_ERRORS,
  ...WITNESS_ERRORS,
  ...VERIFY_ERRORS,
  ...OAUTH_ERRORS,
  ...SIGNATURE_ERRORS,
  UPSTREAM_UNKNOWN: {
    http: 404,
    agent: 'This action is not permitted for this agent.',
    remedy: 'no configured server offers this tool; see `portcullis status`',
  },
  UPSTREAM_UNAVAILABLE: {
    http: 502,
    agent: 'The target of this action is not available.',
    remedy: 'the server is not running or refused the connection; see the runtime log',
  },
  UPSTREAM_TIMEOUT: {
    http: 504,
    agent: 'The target of this action did not answer in time.',
    remedy: 'raise `call_timeout` of the server, or find out why it is slow',
  },
  UPSTREAM_REFUSED: {
    http: 502,
    agent: 'The target refused this action.',
    remedy: 'the server answered with an error of its own; the runtime log has its text',
  },
  UPSTREAM_PROTOCOL: {
    http: 502,
    agent: 'The target of this action gave an answer that cannot be passed on.',
    remedy: 'the server broke the protocol; the runtime log has the detail',
  },
  ...MCP_ERRORS,
  INTERNAL: {
    http: 500,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'a defect: please report it with the runtime log',
  },
} as const satisfies Record<string, ErrorEntry>

interface ErrorEntry {
  readonly http: number
  readonly agent: string
  readonly remedy: string
  /** When to ask again, of what may soon be over by itself. */
  readonly retryAfterMs?: number
}

export type ErrorCode = keyof typeof ERRORS

/**
 * A failure with a stable code. `message` is for the operator: lower case, no full stop, user input
 * in backticks, never a secret. What an agent may read is `ERRORS[code].agent`.
 */
export class PortcullisError extends Error {
  override readonly name = 'PortcullisError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The code of any thrown value; what is not ours is `INTERNAL`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof PortcullisError ? error.code : 'INTERNAL'
}

/** When whoever got this may ask again, in milliseconds; nothing where asking again is in vain. */
export function retryAfterMs(code: ErrorCode): number | undefined {
  const entry: ErrorEntry = ERRORS[code]
  return entry.retryAfterMs
}

/** Ends an exhaustive switch: a new variant is a compile error here. */
export function unreachable(value: never): never {
  throw new PortcullisError('INTERNAL', `unexpected variant \`${JSON.stringify(value)}\``)
}
